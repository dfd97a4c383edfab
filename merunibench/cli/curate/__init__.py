"""`merunibench curate`: build a data set of described clips; one module per command."""
