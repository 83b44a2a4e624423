"""The terms that a party agrees to, and what their data is used for: one file a version."""
