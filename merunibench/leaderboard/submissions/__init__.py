"""What a submission is: packed by its author, checked by anyone."""
