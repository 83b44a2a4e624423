"""What of a day is free: hours, day sheets, rooms."""
