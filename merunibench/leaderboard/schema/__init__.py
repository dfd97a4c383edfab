"""The contents of the files of a board: results.json, and the details of each model."""
