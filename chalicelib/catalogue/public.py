"""Other contexts use nothing of the catalogue: composition gives them the question whether a service exists."""
