"""Programs for developers of merunibench; they are not installed."""
