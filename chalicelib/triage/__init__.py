"""Dispute types, and triage: which type a text in a citizen's own words is about, and why."""
