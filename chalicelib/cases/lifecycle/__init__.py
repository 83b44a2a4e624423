"""A dispute from filing to its end: what can be done when, by whom, and what it changes."""
