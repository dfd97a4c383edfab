"""Run models on whole data sets: resumable, on one or several machines, with exactly one row per clip.

`clips` finds the clips. An engine (`local`, `ray_engine`) turns samples into rows. `runner` stores the rows. Nothing on
the scoring path imports this package.
"""
