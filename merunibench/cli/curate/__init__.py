"""`merunibench curate`: a descriptive emotion data set from clips, one module per command."""
