"""Commands that show single samples."""
