"""Bad ratings: contacted, fixed, replied to, closed, with a clock."""
