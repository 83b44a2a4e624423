"""What every context stands on: errors, time, texts, DynamoDB, sealing."""
