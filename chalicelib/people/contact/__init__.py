"""The numbers by which somebody can be reached and found: proved, never only stated."""
