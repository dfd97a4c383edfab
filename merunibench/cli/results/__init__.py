"""Commands that show results: tables and figures of several models."""
