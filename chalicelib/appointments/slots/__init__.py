"""When mediators work, and what is free."""
