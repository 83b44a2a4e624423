"""Evidence: files uploaded straight to quarantine, checked byte by byte, kept by version."""
