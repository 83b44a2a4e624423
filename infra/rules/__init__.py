"""Importing rules of due dates, and the State Council's calendar of a year."""
