"""Commands for troubleshooting."""
