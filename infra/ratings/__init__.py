"""Ops commands about ratings: recounting figures, exporting for oversight."""
