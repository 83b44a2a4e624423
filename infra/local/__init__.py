"""The local environment: AWS, sign-in, and the API on one machine. Never part of the deployed app."""
