"""Submissions: packed by their authors, and validated by anyone."""
