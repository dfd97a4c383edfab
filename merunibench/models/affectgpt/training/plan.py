"""The plan of a training, for which only tables and the tokenizer are loaded, and the output of a dry run."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from merunibench._text import in_one_line, short_repr
from merunibench.errors import InputError
from merunibench.hub import choose_device
from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.loading import load_tokens, widths_of
from merunibench.models.affectgpt.prompt import Medium, Mode, PromptTokenizer, check_placeholders
from merunibench.models.affectgpt.training.config import TrainingConfig
from merunibench.models.affectgpt.training.data import Example, Examples, Progress, read_examples
from merunibench.models.affectgpt.training.draws import Draws, Item
from merunibench.models.affectgpt.training.features import Features
from merunibench.models.affectgpt.training.questions import Question
from merunibench.models.affectgpt.training.targets import Target, encode_target
from merunibench.settings import read_settings

_MOST_SHOWN = 20


@dataclass(eq=False)
class Plan:
    """A training, for which only tables and the tokenizer are loaded.

    Attributes:
        config: The settings of the training.
        network: Sizes of the network.
        mode: Media and prompt.
        tokens: The tokenizer.
        examples: The examples, including held-out ones, and the clips that were left out.
        features: The states of clips.
        device: Device of the computation.
        dtype: Data type of the forward pass.
    """

    config: TrainingConfig
    network: AffectGPTConfig
    mode: Mode
    tokens: PromptTokenizer
    examples: Examples
    features: Features
    device: str
    dtype: str

    @property
    def held_out(self) -> list[Example]:
        """The held-out clips, drawn by the seed from those with labels.

        Raises:
            InputError: there are too few clips with labels.
        """
        wanted, labelled = self.config.run.held_out, [each for each in self.examples.kept if each.labels]
        if wanted >= len(labelled) and wanted:
            raise InputError(f"run.held_out is {wanted}, but only {len(labelled)} examples have labels; hold out fewer")
        return Random(self.config.run.seed).sample(labelled, wanted)  # noqa: S311 - not a secret

    @property
    def sets(self) -> list[list[Example]]:
        """The training examples of each set."""
        held_out = set(map(id, self.held_out))
        learnt = [each for each in self.examples.kept if id(each) not in held_out]
        return [[each for each in learnt if each.set == number] for number in range(len(self.config.data))]

    def prompt(self, example: Example, question: str) -> str:
        """Return the prompt with a question about an example."""
        return self.mode.prompt(question, example.sample.subtitle, self.network.copies)

    def encode(self, example: Example, question: Question) -> Target:
        """Return ids and labels of an example and one of its questions."""
        asked, answer = example.texts[question]
        return encode_target(self.tokens, self.prompt(example, asked), answer)

    def check(self, example: Example) -> None:
        """Check that an example can be used, without reading its media.

        Raises:
            MediaError: a file is missing, a text is too long, or a subtitle contains a placeholder.
        """
        self.features.check(example)
        for question in example.texts:
            ids = self.encode(example, question).input_ids
            check_placeholders(ids, self.tokens.placeholder_ids, self.network.copies)

    def load(self, example: Example, question: Question) -> Item:
        """Return the training item of an example and a question."""
        return self.encode(example, question), self.features.load(example)

    def draws(self, devices: int = 1) -> Draws:
        """Return the examples of all steps.

        Raises:
            InputError: a set has fewer examples than a batch.
        """
        run, weights = self.config.run, [each.weight for each in self.config.data]
        return Draws(self.sets, weights, run.batch, run.steps * run.accumulation * devices, run.seed, self.load)


def plan_training(path: Path, progress: Progress = lambda *_: None) -> Plan:
    """Read the tables, and leave out examples that cannot be used.

    Raises:
        InputError: the file or a table is broken, a frozen model is missing, or no examples are left.
    """
    config = read_settings(path, {}, TrainingConfig)
    asked, run, mode = config.model, config.run, Mode(config.model.mode)
    known = {name: value for name, value in asked if name in AffectGPTConfig.__dataclass_fields__}
    network, rows = widths_of(AffectGPTConfig(**known).checked())
    device = choose_device(run.device)
    dtype = {"auto": "float32" if device == "cpu" else "bfloat16"}.get(run.dtype, run.dtype)
    live: frozenset[Medium] = frozenset({"audio"} if run.cache == "visual" else ())
    features = Features(run.features or run.out / "features", network, live, device)
    examples = read_examples(config.data, mode)
    plan = Plan(config, network, mode, load_tokens(network, rows), examples, features, device, dtype)
    examples.keep_if(plan.check, "examples", progress)
    if not examples.kept:
        why = next(
            (f"; {short_repr(name)}: {reason}" for _, name, reason in examples.refused), ": the tables are empty"
        )
        raise InputError(f"{path}: has no usable examples{why}")
    plan.draws()  # raises now if a set is smaller than a batch
    return plan


def describe(plan: Plan) -> Iterator[str]:
    """Yield the lines of a dry run: counts, lengths, refused clips with reasons, and one example with its target."""
    run, sets, refused = plan.config.run, plan.sets, plan.examples.refused
    learnt = [each for examples in sets for each in examples]
    lengths = sorted(len(plan.encode(each, question).input_ids) for each in learnt for question in each.texts)
    passes = run.steps * run.batch * run.accumulation / len(learnt)
    yield from (f"data set {number}: {len(each)} examples" for number, each in enumerate(sets, start=1))
    if run.held_out:
        yield f"held out: {run.held_out} clips"
    yield f"tokens per example: {lengths[0]} to {lengths[-1]}, median {lengths[len(lengths) // 2]}"
    yield f"steps: {run.steps:,} of {run.batch} × {run.accumulation} examples, {passes:.1f} passes (on one device)"
    yield f"learning rate: {run.schedule.rate(0):g} at the first step, {run.schedule.rate(run.steps - 1):g} at the last"
    cached = "both encoders' states" if run.cache == "both" else "visual states; HuBERT runs in training mode"
    yield f"computed in {plan.dtype} on {plan.device}; cached: {cached}"
    yield f"refused: {len(refused)} clips" + (", by reason:" if refused else "")
    reasons = Counter(each.reason.partition(":")[0] for each in refused)
    yield from (f"  {count} × {in_one_line(reason, 200)}" for reason, count in reasons.most_common(_MOST_SHOWN))
    yield from (f"  {in_one_line(f'{each.name}: {each.reason}', 200)}" for each in refused[:_MOST_SHOWN])
    if len(refused) > _MOST_SHOWN:
        yield f"  … and {len(refused) - _MOST_SHOWN} more"
    example = learnt[0]
    question = next(iter(example.texts))
    ids, labels = plan.encode(example, question)
    given = [number for number, label in zip(ids, labels, strict=True) if label < 0]
    yield f"first example: {short_repr(example.sample.name)}, question {question}:"
    yield f"  prompt: {in_one_line(plan.tokens.decode(given), 4000)}"
    yield f"  target: {in_one_line(plan.tokens.decode([label for label in labels if label >= 0]), 4000)}"
