"""Slow, obvious reference implementations, written from the definition and not from the toolkit's code."""
