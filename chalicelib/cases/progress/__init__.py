"""What scanning a mediation code shows."""
