"""What each action does to a case, stage by stage: its status, clocks, parties, event, and whose words are kept."""
