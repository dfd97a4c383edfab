"""Predictions of any format -> JSON Lines, read by language models; a run that was killed resumes where it ended.

Each file has a journal beside it (`merunibench.journal`) that keeps what the models wrote. The file itself is written
whole once all its rows are answered, from these outputs alone, so it does not matter how often the run was interrupted.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from merunibench.data import Extractor, PredictionSource, conversions
from merunibench.extraction.envelope import clean_answer
from merunibench.extraction.files import Extracted, Field, Rows, refuse_unread
from merunibench.extraction.llm.questions import Answer, Question
from merunibench.journal import Journal, Row

Progress = Callable[[str, int, int], None]
"""What is done, how many, of how many."""

_CONFIG = "extraction_config"
_DIGITS = 12


def extract_with_models(
    source: PredictionSource,
    out: Path,
    *,
    labels: Question | Extractor,
    polarity: Question | Extractor | None = None,
    again: bool = False,
    retry_failed: bool = False,
    progress: Progress | None = None,
) -> Extracted:
    """Write every file of `source` as JSON Lines below `out`, with labels where there was text alone.

    Rows as `merunibench.extraction.extract` writes them; besides, `labels_output` and `polarity_output` hold what the
    model wrote, and `labels_input` and `polarity_input` a hash of what it was asked about. A row that the model cannot
    answer gets the status `failed`, and its `error` says why.

    Args:
        source: The predictions.
        out: The folder to write into, laid out as by `convert`. What an earlier run with the same settings has found
            there is kept.
        labels: What reads text: a question to a model, or the rules.
        polarity: What decides polarity; None to leave it.
        again: Also replace the labels (and the polarity) of rows that have some, wherever there is text.
        retry_failed: Ask again about rows that have failed before.
        progress: Told about every answer.

    Raises:
        InputError: an input cannot be read, an output cannot be written, somebody else is writing it, it was made with
            other settings, or a model cannot be asked at all. What was answered until then is kept.
    """
    refuse_unread(source.definitions)
    settings = {
        stage: each.settings if isinstance(each, Question) else each.name
        for stage, each in (("labels", labels), ("polarity", polarity))
        if each is not None
    }
    done = Extracted()
    for file in conversions(source, out):
        with Journal(file.path, settings, retry_failed=retry_failed, config_field=_CONFIG) as journal:
            run = _Run(Rows(file, done, again=again), journal, progress or (lambda *_: None), done)
            run.read(labels)
            if polarity is not None:
                run.decide(polarity)
            run.rows.write()
            journal.discard_part()
    return done


class _Run:
    """One file on its way: labels first, then polarity, row by row or through the journal."""

    def __init__(self, rows: Rows, journal: Journal, progress: Progress, done: Extracted) -> None:
        self.rows, self.journal, self.progress, self.done = rows, journal, progress, done
        self.names = rows.names

    def read(self, reader: Question | Extractor) -> None:
        """Fill the labels."""
        texts = self.rows.texts()
        answers = {row: clean_answer(text) for row, text in texts.items()}
        self.done.traces += sum(answer.had_trace for answer in answers.values())
        if isinstance(reader, Question):
            # Where nothing is said, as after a trace that ran into the length limit, no label is named.
            self.rows.fill("labels", reader.name, {row: [] for row, answer in answers.items() if not answer.text})
            self._ask(reader, {row: answer.text for row, answer in answers.items() if answer.text})
        else:
            self.rows.fill("labels", reader.name, {row: reader.labels(text) for row, text in texts.items()})

    def decide(self, judge: Question | Extractor) -> None:
        """Fill the polarity."""
        lists = self.rows.label_lists()
        if isinstance(judge, Question):
            silent = [row for row, labels in lists.items() if not labels]
            self.rows.fill("polarity", judge.name, dict.fromkeys(silent, "neutral"))
            self._ask(judge, {row: ", ".join(labels) for row, labels in lists.items() if labels})
        else:
            self.rows.fill("polarity", judge.name, {row: judge.polarity(labels) for row, labels in lists.items()})

    def _ask(self, question: Question, inputs: Mapping[int, str]) -> None:
        """Ask about what the journal does not know yet, and fill in what it knows then."""
        field, total = question.field, len(inputs)
        hashes = {row: hashlib.sha256(text.encode()).hexdigest()[:_DIGITS] for row, text in inputs.items()}
        todo = self._unanswered(question, hashes)
        replies = question.ask(inputs[row] for row in todo)
        for answered, (index, answer) in enumerate(replies, start=total - len(todo) + 1):
            row = todo[index]
            self.journal.append([self._entry(row, field, hashes[row], answer)])
            self.progress(f"{field} asked", answered, total)
        answers = {row: _answer(question, self._known(row, field, digest)) for row, digest in hashes.items()}
        self.rows.add(f"{field}_output", {row: answer.output for row, answer in answers.items()})
        self.rows.add(f"{field}_input", hashes)
        self.rows.add(_CONFIG, dict.fromkeys(inputs, self.journal.config))
        found = {row: answer.value for row, answer in answers.items() if answer.error is None}
        self.rows.fill(field, question.name, found)
        self.rows.fail(field, {row: f"{field}: {answers[row].error}" for row in answers if row not in found})

    def _unanswered(self, question: Question, hashes: Mapping[int, str]) -> list[int]:
        """The rows to ask about: whole groups, so that an answer has the same neighbours after an interruption."""
        rows, size = list(hashes), question.model.group
        groups = [rows[first : first + size] for first in range(0, len(rows), size)]
        return [
            row
            for group in groups
            if not all(self._known(each, question.field, hashes[each]) for each in group)
            for row in group
        ]

    def _known(self, row: int, field: Field, digest: str) -> Row | None:
        return self.journal.find(self.names[row], **{f"{field}_input": digest})

    def _entry(self, row: int, field: Field, digest: str, answer: Answer) -> Row:
        """What the journal keeps of a row: a new polarity stands beside the labels, new labels begin anew."""
        before = (self.journal.find(self.names[row]) or {}) if field == "polarity" else {}
        entry = {"name": self.names[row]} | {key: before[key] for key in before if key.startswith("labels_")}
        entry[f"{field}_input"] = digest
        if answer.output is not None:
            entry[f"{field}_output"] = answer.output
        return entry if answer.error is None else entry | {"status": "failed", "error": f"{field}: {answer.error}"}


def _answer(question: Question, row: Row | None) -> Answer:
    """The answer that a row of the journal holds."""
    row = row or {}
    output = row.get(f"{question.field}_output")
    if output is None:
        return Answer(None, None, str(row.get("error")).removeprefix(f"{question.field}: "))
    return question.interpret(output)
