"""What `make docs` adds to the pages of docs/: reference pages, pictures and lists, made from the code."""
