"""Drawing the state machine of disputes from its table."""
