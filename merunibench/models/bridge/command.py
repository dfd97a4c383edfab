"""The command behind `exec:`, and what a program is called where others see it: never by its arguments."""

import shlex
import shutil
from pathlib import Path

from merunibench.errors import InputError

SCHEME = "exec"
_ENDINGS = (".py", ".sh")


def arguments(command: str) -> list[str]:
    """The command as the list that starts it; no shell reads it.

    Raises:
        InputError: it is empty, or a quotation mark is not closed.

    Example:
        >>> arguments("python 'my model/adapter.py' --half")
        ['python', 'my model/adapter.py', '--half']
    """
    try:
        found = shlex.split(command)
    except ValueError as error:
        raise InputError(f"{SCHEME}: the command cannot be read: {str(error).lower()}") from None
    if not found or "\0" in command:
        raise InputError(f"{SCHEME}: which program? For example {SCHEME}:'/envs/old/bin/python adapter.py'")
    return found


def program_name(command: str) -> str:
    """What messages, rows and folders call the program: the name of its script, or of the program itself.

    Other arguments may be secret, and folders differ from machine to machine.

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
    """Why the command cannot be started, as far as one sees before it is; None if one sees nothing.

    Raises:
        InputError: it is no command.
    """
    program = arguments(command)[0]
    if shutil.which(program) is None:
        return f"{SCHEME}: there is no program {Path(program).name!r} here, or it may not be run"
    return None
