"""Desks: what waits for each function of the staff, soonest first, and what came new."""
