"""Download, read and install the official lexicon releases, and load installed lexicons."""
