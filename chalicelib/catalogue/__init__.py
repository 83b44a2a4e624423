"""Government services: looking them up, their guides, bundles over them."""
