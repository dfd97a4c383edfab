"""Text from strangers' files, made fit to be shown in one line."""


def visible(text: str) -> str:
    r"""The text with every control character written out, so that no name can move a cursor or break a line.

    Example:
        >>> visible("evil\x1b[31m\nname")
        'evil\\x1b[31m\\nname'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
