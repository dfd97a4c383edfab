"""The errors that the user can fix, as opposed to bugs.

The library raises them with one clear message (what, where, what to do); the command line prints the message and exits
with code 2. Everything else that is raised is a bug, shows its traceback and exits with code 1.
"""


class InputError(ValueError):
    """Something the user gave cannot be used; the message says what, where and what to do."""


class UnsafeFileError(InputError):
    """A file that would run code, or fill the memory, if it were read; nothing of it was executed."""


class MediaError(InputError):
    """One sample cannot be given to a model (broken, empty, absent file); the message becomes the row's reason."""
