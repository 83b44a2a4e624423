"""How everything is put together: one file of plain factories a context, and the container that holds them.

Imported by `app.py`, `infra` and tests only. Each thing is made when it is first needed, so that a cold start pays
for what its request uses.
"""
