"""Bad ratings: contacted, fixed, replied to, closed, each duty with a due date."""
