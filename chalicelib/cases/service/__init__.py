"""Service (送达): the other side is told by the system, and what came of it is on record."""
