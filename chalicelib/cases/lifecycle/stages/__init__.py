"""The transitions of a case, stage by stage: each row beside what it does."""
