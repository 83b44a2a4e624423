"""What a court gets and what it confirms."""
