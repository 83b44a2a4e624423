"""Mediation appointments: availability, slots, booking that cannot double-book, confirmation, waitlist, calendars."""
