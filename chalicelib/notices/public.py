"""Other contexts use nothing of notices: it hears of them by their events (see `chalicelib.subscriptions`)."""
