"""A pull request on a board: what it touches, whether its submissions are valid, and where they would stand."""
