"""Text files that people write and lexicons are made from: concepts, families, lists; and what breaks them."""
