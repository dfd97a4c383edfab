"""The leaderboard: submissions are scored, and the results are written as tables and a page that anyone can recompute.

`schema` defines the files of a board; all other packages depend on it. `submissions` packs and validates submissions,
`scoring` scores them and the baselines, `board` builds rows, ranks and tests from the scores and compares two boards,
`page` renders the site, `writing` writes all files, `making` does all of this with a second process (`processes`),
`audit` checks that the files of a board are consistent, `review` checks a pull request, and `repository` creates a new
repository for a board.
"""
