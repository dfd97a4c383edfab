"""The leaderboard: submissions from strangers in, tables and a page that anyone can recompute out.

`schema` says what the files of a board hold, and is the contract of all rooms. `submissions` packs and checks what is
sent, `scoring` scores it and the baselines in every cell that is wanted, `board` makes rows, ranks and tests of the
scores and holds two boards against each other, `page` draws them, `writing` writes all files, `audit` holds the
files of a board against each other, `review` looks at a pull
request, and `repository` begins a board of its own.
"""
