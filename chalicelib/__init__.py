"""Everything that runs in Lambda, and nothing else: this folder is shipped whole."""
