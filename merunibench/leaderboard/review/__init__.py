"""Review a pull request on a board: what it changes, whether its submissions are valid, and where they would rank."""
