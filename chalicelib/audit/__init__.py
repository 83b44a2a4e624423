"""The record of what happened: event chains as supervisors see them, and signed checkpoints over all of them."""
