"""Audit, compare and explain lexicons. Scoring does not use this package."""
