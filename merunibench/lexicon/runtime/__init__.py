"""What scoring reads: the compiled lexicon, its rules for labels outside the table, the wheels, the builtin lexicon."""
