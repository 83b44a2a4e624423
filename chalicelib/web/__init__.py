"""HTTP in, HTTP out: the only rooms, with `*/api.py`, that know Chalice."""
