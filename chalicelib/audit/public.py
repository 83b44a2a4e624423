"""Other contexts use nothing of audit: it hears of them by their events (see `chalicelib.subscriptions`)."""
