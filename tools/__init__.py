"""Programs for those who work on merunibench; nothing here is installed with it."""
