"""Mutation testing: small faults are put into the code one by one, to see whether a test fails for each.

Written here because the libraries do not fit: mutmut leaves out decorated functions (our properties and cached loaders)
and everything outside of functions (our tables), cosmic-ray starts an interpreter and collects all tests for each
mutant. Here the tests are collected once; each mutant is a fork of that process in which one function, default or table
is exchanged, and only the tests that run its line are run.
"""
