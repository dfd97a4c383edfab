"""The command of `exec:`, and the program's public name, which never contains its arguments."""

import shlex
import shutil
from pathlib import Path

from merunibench.errors import InputError

SCHEME = "exec"
_ENDINGS = (".py", ".sh")


def arguments(command: str) -> list[str]:
    """Split the command into a list of arguments, which is started without a shell.

    Raises:
        InputError: The command is empty, or a quotation mark is not closed.

    Example:
        >>> arguments("python 'my model/adapter.py' --half")
        ['python', 'my model/adapter.py', '--half']
    """
    try:
        found = shlex.split(command)
    except ValueError as error:
        raise InputError(f"{SCHEME}: the command cannot be read: {str(error).lower()}") from None
    if not found or "\0" in command:
        raise InputError(f"{SCHEME}: no program given; for example {SCHEME}:'/envs/old/bin/python adapter.py'")
    return found


def program_name(command: str) -> str:
    """Return the program's name for messages, rows and folders: the name of its script, or of the program itself.

    Other arguments may be secret, and folders differ between machines.

    Example:
        >>> program_name("/envs/old/bin/python /home/me/humanomni.py --token hunter2")
        'humanomni.py'
        >>> program_name("python3.8 -m humanomni.bridge")
        'humanomni.bridge'
        >>> program_name("my-server --key=x")
        'my-server'
    """
    words = arguments(command)
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1]
    script = next((word for word in words if word.endswith(_ENDINGS) and not word.startswith("-")), words[0])
    return Path(script).name


def absent(command: str) -> str | None:
    """Return why the command cannot be started, as far as this can be checked in advance, or None.

    Raises:
        InputError: The command is invalid.
    """
    program = arguments(command)[0]
    if shutil.which(program) is None:
        return f"{SCHEME}: the program {Path(program).name!r} does not exist or is not executable"
    return None
