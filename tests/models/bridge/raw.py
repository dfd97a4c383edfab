"""A program that speaks the messages by itself, well or, as its argument says, badly. Standard library alone."""

import json
import os
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


ANSWERS = {
    "well": lambda question: say(answer(question)),
    "prints": printing,
    "prints-without-end": print_without_end,
    "late": lambda question: say(answer(question, answer=question["ask"] - 1)),
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
    }
    say({**READY, **changes.get(how, {})})


if __name__ == "__main__":
    beginning, _, how = (sys.argv[1:] or ["well"])[0].rpartition("/")
    sys.stdin.readline()
    start(beginning)
    for asked in sys.stdin:
        ANSWERS[how](json.loads(asked))
