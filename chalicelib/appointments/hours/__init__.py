"""When mediators work: they say it, and see what is booked outside it."""
