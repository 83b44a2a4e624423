"""Packaging the app for deployment, and nothing else."""
