"""Commands that help to find out what goes wrong."""
