"""What people are told when something happens in their cases: the inbox, and messages that leave the system."""
