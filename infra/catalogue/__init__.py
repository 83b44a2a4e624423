"""Ops on the catalogue: importing files, publishing the search snapshot."""
