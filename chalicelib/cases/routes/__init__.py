"""Where to go when a mediation is refused or over."""
