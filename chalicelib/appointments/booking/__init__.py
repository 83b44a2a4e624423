"""Sessions: booked and moved without two in one place, confirmed, held, reported."""
