"""The line for slots that become free."""
