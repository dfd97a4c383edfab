"""The leaderboard: submissions from strangers in, tables and a page that anyone can recompute out.

`submission` says what one is and packs it, `checking` what is wrong with one; `build` recomputes every score from
predictions, `writing` makes tables and page of them, and `difference` holds two boards against each other. All of them
are drawn from the data in `results` and `details`.
"""
