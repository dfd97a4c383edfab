"""The board as data: rows, ranks, tests, and the differences between two boards."""
