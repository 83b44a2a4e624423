"""The composition, room by room: each class adds the parts of one context to those that it stands on."""
