"""Answers of models to whole data sets: resumable, on one machine or many, one row per clip and none twice.

Clips come from `clips`; an engine (`local`, `ray_engine`) turns samples into rows; `runner` keeps them. Nothing on the
scoring path imports this package.
"""
