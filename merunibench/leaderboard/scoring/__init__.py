"""Score submissions and baselines cell by cell: a data set under a lexicon and a protocol."""
