"""Errors that the user can fix, as opposed to bugs.

The library raises them with a clear message (what, where, how to fix it); the command line prints the message and exits
with code 2. Any other exception is a bug, and exits with a traceback and code 1.
"""


class InputError(ValueError):
    """Invalid user input; the message says what, where and how to fix it."""


class UnsafeFileError(InputError):
    """A file that would run code, or fill the memory, if it were read; none of its code was run."""


class MediaError(InputError):
    """A sample that cannot be given to a model (broken, empty or missing file); the message is stored in its row."""
