"""Visits at windows, which earn ratings."""
