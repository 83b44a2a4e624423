"""Importing organisations and mediators."""
