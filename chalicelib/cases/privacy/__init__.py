"""What cases keep about one person: given to them, held, erased."""
