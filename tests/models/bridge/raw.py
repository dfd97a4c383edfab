"""A program that speaks the messages by itself, well or, as its argument says, badly. Standard library alone."""

import contextlib
import json
import os
import signal
import sys
import time

READY = {"ready": 1, "model": "raw", "modalities": ["video", "text"], "used": {"seed": 0}}


def write(content):
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def say(message):
    write(json.dumps(message).encode() + b"\n")


def answer(question, **others):
    return {"answer": question["ask"], "name": question["name"], "text": f"calm {question['name']}", **others}


def line(content):
    return lambda _: write(content + b"\n")


def twice(question):
    say(answer(question))
    say(answer(question))


def printing(question):
    write(b"Loading \x1b[31mweights\n")
    say(answer(question))


def print_without_end(question):
    write(b"50% ")
    say(answer(question))


def once_deaf(question):
    """Answers the first question, and never reads or writes again."""
    say(answer(question))
    time.sleep(60)


def leave(seconds, content=b""):
    """Start something that gets away from the program, keeps its pipes open, and writes at last."""
    if os.fork() == 0:
        os.setsid()
        time.sleep(seconds)
        with contextlib.suppress(OSError):
            write(content)
        os._exit(0)


def heirs(_):
    """Ends, but not what it has started, which holds the pipes."""
    leave(30)
    os._exit(3)


def late(question):
    """Answers the first question after all, when the time is over and the next program is being asked."""
    if question["ask"] == 1:
        leave(2.5, json.dumps(answer({**question, "ask": 2}, text="too late")).encode() + b"\n")
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    time.sleep(0.4)
    say(answer(question))


def shout(question):
    """Floods standard error, in lines and without."""
    for text in ("x\n" * 1000, "x" * 2000):
        for _ in range(10_000):
            sys.stderr.write(text)
    say(answer(question))


def deafened(question):
    """Closes its input, answers and lives on."""
    os.close(0)
    say(answer(question))
    time.sleep(60)


def forever(piece):
    """Writes for ever."""

    def write_on(_):
        while True:
            write(piece)

    return write_on


ANSWERS = {
    "well": lambda question: say(answer(question)),
    "prints": printing,
    "prints-without-end": print_without_end,
    "behind": lambda question: say(answer(question, answer=question["ask"] - 1)),
    "lies": lambda question: say(answer(question, name="somebody else")),
    "never-asked": lambda _: say({"answer": 7, "name": "clip7", "text": "calm"}),
    "twice": twice,
    "huge": line(b'{"text": "' + b"a" * (5 << 20) + b'"}'),
    "endless": lambda _: write(b'{"text": "' + b"a" * (9 << 20)),
    "nan": line(b'{"answer": 1, "name": "clip0", "text": NaN}'),
    "bytes": line(b'{"answer": 1, "name": "clip0", "text": "\xff\xfe"}'),
    "deep": line(b'{"a":' * 100_000),
    "list": line(b"[1]"),
    "number": lambda question: say(answer(question, text=3)),
    "both": lambda question: say(answer(question, error="no")),
    "neither": lambda question: say({"answer": question["ask"], "name": question["name"]}),
    "more": lambda question: say(answer(question, mood="good")),
    "fatal": lambda _: say({"fatal": "no\nlicence"}),
    "deaf": once_deaf,
    "deafened": deafened,
    "heirs": heirs,
    "late": late,
    "shout": shout,
    "blanks": forever(b"\n" * 65536),
    "drip": forever(b"a"),
    "blank": lambda question: say(answer(question, text=" \n")),
    "half": line(b'{"answer": 1, "name": "clip0", "text": "so \\ud83d calm"}'),
}  # fmt: skip


def start(how):
    """Say what is ready, in this way."""
    if how == "at-once":
        sys.exit(0)
    if how == "with-words":
        sys.stderr.write("50%\r60%\rTraceback\nModuleNotFoundError: No module named 'humanomni'\n\n")
        sys.exit(1)
    if how == "never":
        time.sleep(60)
    if how == "closed":
        os.close(1)
        time.sleep(60)
    if how == "slow":
        for step in range(3):
            write(b"loading shard %d\n" % step)
            time.sleep(0.2)
    changes = {
        "old": {"ready": 0},
        "smells": {"modalities": ["smell"]},
        "nothing": {"modalities": []},
        "no-model": {"model": ""},
        "infinite": {"settings": {"scale": float("inf")}},
        "half": {"settings": {"scale": "\ud83d"}},
    }
    if how == "beyond":  # JSON that is infinite once it is read
        write(json.dumps({**READY, "settings": {"scale": "?"}}).replace('"?"', "1e999").encode() + b"\n")
    say({**READY, **changes.get(how, {})})


if __name__ == "__main__":
    beginning, _, how = (sys.argv[1:] or ["well"])[0].rpartition("/")
    sys.stdin.readline()
    start(beginning)
    for asked in sys.stdin:
        ANSWERS[how](json.loads(asked))
