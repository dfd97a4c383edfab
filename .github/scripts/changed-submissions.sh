#!/usr/bin/env bash
# Copies the submissions that differ between two checkouts: changed-submissions.sh BASE HEAD OUT
# HEAD is a stranger's: its files are compared and copied, links as links, and nothing of it is run.
set -euo pipefail
base=$1/leaderboard/submissions head=$2/leaderboard/submissions out=$3
mkdir -p "$out"
[ -d "$head" ] && [ ! -L "$head" ] || exit 0
find "$head" -mindepth 1 -maxdepth 1 -print0 | while IFS= read -r -d '' folder; do
  name=$(basename -- "$folder")
  if ! diff -rq --no-dereference -- "$base/$name" "$folder" > /dev/null 2>&1; then
    cp -r --no-dereference -- "$folder" "$out/"
  fi
done
