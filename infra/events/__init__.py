"""Sending events again from the tables: streams forget after a day."""
