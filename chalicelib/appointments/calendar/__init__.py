"""Sessions as calendar files (RFC 5545)."""
