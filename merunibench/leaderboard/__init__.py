"""The leaderboard: submissions from strangers in, tables and a page that anyone can recompute out.

`packing` makes a submission, `checking` says what is wrong with one, `build` recomputes every score from predictions,
`verify` holds a board against such a recomputation, `diff` says what changed between two. `results` and `details` are
the data that all tables and the page are drawn from.
"""
