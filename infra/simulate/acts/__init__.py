"""What people do: each act is a function of the story, which chooses who and what at random."""
