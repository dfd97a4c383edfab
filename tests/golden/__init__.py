"""The golden corpus: commands over invented data, and what they said when the corpus was recorded.

`corpus.py` lists the commands, `world.py` writes the data they run on, `running.py` runs one and says what came of it,
`expected/` holds that, `before/` holds per-sample files as they were first written. `python -m tests.golden.record`
rewrites what is expected with the code at hand: each line that changes there is a change of a result, to be explained.
"""
