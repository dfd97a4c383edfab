"""Lexicons held against the wheels and against each other, explained word by word, and drawn; nothing here scores."""
