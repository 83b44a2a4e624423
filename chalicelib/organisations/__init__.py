"""Organisations that mediate, and their mediators."""
