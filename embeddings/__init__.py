"""Texts to vectors, and vectors to nearest neighbours. Knows texts, arrays and integer ids, never articles."""
