"""What must be true: some of it at every instant, the rest once everything has come to rest."""
