"""A simulator of the whole city in one process: random people, faults and clocks, replayed exactly from a seed."""
