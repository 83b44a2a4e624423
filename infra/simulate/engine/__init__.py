"""The AWS services that the app calls, in memory, deterministic, and broken on demand."""
