"""Wheels and tables of words of a user's own, as files."""

EMOTIONS = {
    "joy": ["happy", "joyful", "glad", "proud"],
    "sadness": ["sad", "lonely", "down"],
    "anger": ["angry", "mad", "furious"],
    "fear": ["scared", "afraid", "worried"],
    "surprise": ["surprised", "amazed"],
    "disgust": ["disgusted", "bored"],
}


def wheel_text(title, sectors):
    """A wheel file; a sector with a list has no inner words."""
    lines = [f"title = {title!r}", "[sectors]"]
    lines += [f"{name!r} = {words!r}" for name, words in sectors.items() if isinstance(words, list)]
    for name, inner in sectors.items():
        if isinstance(inner, dict):
            lines += [f"[sectors.{name!r}]", *(f"{word!r} = {leaves!r}" for word, leaves in inner.items())]
    return "\n".join(lines).replace("'", '"') + "\n"


def write_folder(folder, wheels):
    """A folder of so many wheels: the first has six emotions, each further one joins the first two sectors that differ.

    With eight, the last is one sector that is the whole wheel.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(EMOTIONS)
    for number in range(1, wheels + 1):
        sectors = dict(EMOTIONS)
        if number == 8:
            sectors = {"feeling": dict(EMOTIONS)}
        elif number > 1:
            left = names[(number - 2) % len(names)]
            sectors = {name: words for name, words in EMOTIONS.items() if name != left}
            sectors["rest"] = {left: EMOTIONS[left]}
        (folder / f"wheel{number}.toml").write_text(wheel_text(f"Wheel {number}", sectors), encoding="utf-8")
    return folder
