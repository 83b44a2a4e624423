"""Ratings (好差评): invitations, judgements, public figures."""
