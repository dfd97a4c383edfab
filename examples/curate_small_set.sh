#!/bin/sh
# Curate a small data set of described clips: filter out what is doubtful, look at the report, export the rest.
#
#   sh examples/curate_small_set.sh        # writes described.jsonl and curated/ into the current folder
set -eu

cat > described.jsonl <<'END'
{"name": "a1", "text": "She smiles broadly, and her voice is bright: she is happy and proud of her work."}
{"name": "a2", "text": "He looks down and speaks slowly: he is sad and lonely after the call has ended."}
{"name": "a3", "text": "Sorry, I cannot tell what the person in this clip feels from what I was given."}
{"name": "a4", "text": "He grins while he tells the story: he is happy and amused by what has happened."}
END

merunibench curate filter curated --descriptions described.jsonl --length 5-60
merunibench curate report curated
merunibench curate export curated --as jsonl --licence CC0-1.0
