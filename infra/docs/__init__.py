"""The reference pages of the handbook, made from the code that they describe."""
