"""Disputes: filing, the five-colour code, progress, the state machine, agreements, court, appeals."""
