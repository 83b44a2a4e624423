"""Auditing the event chains of cases."""
