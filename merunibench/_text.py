"""Text from strangers' files, made fit to be shown in one line."""


def visible(text: str) -> str:
    r"""The text with every control character written out, so that no name can move a cursor or break a line.

    Example:
        >>> visible("evil\x1b[31m\nname")
        'evil\\x1b[31m\\nname'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shown(text: str, longest: int) -> str:
    """One line, control characters made visible, cut where it is longer than anything sensible."""
    line = visible(" ".join(text[: 4 * longest].split()))
    return line if len(line) <= longest else line[: longest - 1] + "…"
