"""The part that scoring uses: compiled lexicons, rules for unlisted labels, the wheels and the builtin lexicon."""
