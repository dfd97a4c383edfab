"""Where lexicons come from: the official releases, how they are fetched and read, and the folder of installed ones."""
