"""What the people of a case say to each other."""
