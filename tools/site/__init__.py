"""The pages that `make docs` adds to docs/: reference pages, pictures and lists, generated from the code."""
