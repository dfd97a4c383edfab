"""Read and check the text files that lexicons are compiled from: concepts, families and word lists."""
