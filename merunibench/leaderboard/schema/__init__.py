"""What the files of a board hold: results.json, and the details of each model."""
