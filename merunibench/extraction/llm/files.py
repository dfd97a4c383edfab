"""Convert predictions of any format to JSON Lines with labels from language models; interrupted runs resume.

Each file has a journal next to it (`merunibench.journal`) that records the outputs of the models. The file itself is
written at once when all its rows are answered, from these outputs only, so interruptions do not affect the result.
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
"""Called with the name of the step, the number of finished rows and the total."""

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
    """Write every file of `source` as JSON Lines below `out`, with labels for rows that only had text.

    Rows have the form of `merunibench.extraction.extract`, with additional columns: `labels_output` and
    `polarity_output` contain the model's output, `labels_input` and `polarity_input` a hash of the input. A row that
    the model cannot answer gets the status `failed`, and its `error` gives the reason.

    Args:
        source: The predictions.
        out: Output folder, with the same layout as for `convert`. Results of an earlier run with the same settings are
            kept.
        labels: What extracts labels from text: a question to a model, or the rules.
        polarity: What derives polarity; None to skip it.
        again: Also replace existing labels (and polarity) of rows that have text.
        retry_failed: Ask again about rows that failed before.
        progress: Called after every answer.

    Raises:
        InputError: An input cannot be read, an output cannot be written, another process is writing it, it was written
            with other settings, or a model cannot be asked at all. Finished answers are kept.
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
    """The processing of one file: first labels, then polarity, directly by rules or through the journal."""

    def __init__(self, rows: Rows, journal: Journal, progress: Progress, done: Extracted) -> None:
        self.rows, self.journal, self.progress, self.done = rows, journal, progress, done
        self.names = rows.names

    def read(self, reader: Question | Extractor) -> None:
        """Fill the labels."""
        texts = self.rows.texts()
        answers = {row: clean_answer(text) for row, text in texts.items()}
        self.done.traces += sum(answer.had_trace for answer in answers.values())
        if isinstance(reader, Question):
            # Empty answers, for example after a trace that was cut off by the length limit, have no labels.
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
        """Ask about rows that are not in the journal yet, then fill in all answers from the journal."""
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
        """Return the rows to ask about, in whole groups, so that batches are the same after an interruption."""
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
        """Return the journal entry of a row: a new polarity keeps the labels, new labels replace everything."""
        before = (self.journal.find(self.names[row]) or {}) if field == "polarity" else {}
        entry = {"name": self.names[row]} | {key: before[key] for key in before if key.startswith("labels_")}
        entry[f"{field}_input"] = digest
        if answer.output is not None:
            entry[f"{field}_output"] = answer.output
        return entry if answer.error is None else entry | {"status": "failed", "error": f"{field}: {answer.error}"}


def _answer(question: Question, row: Row | None) -> Answer:
    """Return the answer in a row of the journal."""
    row = row or {}
    output = row.get(f"{question.field}_output")
    if output is None:
        return Answer(None, None, str(row.get("error")).removeprefix(f"{question.field}: "))
    return question.interpret(output)
