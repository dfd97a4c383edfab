"""Programs for those who work on merunibench; none of them is installed."""
