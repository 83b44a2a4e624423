"""好差评: ratings that only the served can give, in public without names, and bad ones that get fixed."""
