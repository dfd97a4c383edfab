"""The board as data: rows, ranks, tests, and what changed between two of them."""
