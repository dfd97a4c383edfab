"""What a training will do, before anything is loaded but tables and the tokenizer; and what a dry run shows of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import in_one_line, shown
from merunibench.errors import InputError, MediaError
from merunibench.hub import choose_device
from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.loading import load_tokens, widths_of
from merunibench.models.affectgpt.prompt import Mode, PromptTokenizer, check_placeholders
from merunibench.models.affectgpt.training.config import TrainingConfig, read_config
from merunibench.models.affectgpt.training.data import Example, Examples, Progress, draw, read_examples
from merunibench.models.affectgpt.training.draws import Draws
from merunibench.models.affectgpt.training.features import Features
from merunibench.models.affectgpt.training.questions import Question
from merunibench.models.affectgpt.training.targets import Target, TooLongError, encode_target

_MOST_SHOWN = 20


@dataclass(eq=False)
class Plan:
    """A training, before anything is loaded but tables and the tokenizer.

    Attributes:
        config: What was asked for.
        network: Sizes of the network.
        tokens: The tokenizer.
        examples: What there is to learn from, held out or not, and what was left out.
        features: The states of clips.
        device: Where it computes.
    """

    config: TrainingConfig
    network: AffectGPTConfig
    tokens: PromptTokenizer
    examples: Examples
    features: Features
    device: str

    @property
    def mode(self) -> Mode:
        """Which media and which prompt."""
        return Mode(self.config.model.mode)

    @property
    def dtype(self) -> str:
        """In which the forward pass computes."""
        asked = self.config.run.dtype
        return ("float32" if self.device == "cpu" else "bfloat16") if asked == "auto" else asked

    @property
    def held_out(self) -> list[Example]:
        """The clips that are left out on purpose: of those with labels the first by a hash.

        Raises:
            InputError: there are not so many.
        """
        wanted, seed = self.config.held_out.clips, self.config.run.seed
        labelled = [each for each in self.examples.kept if each.labels]
        if wanted >= len(labelled) and wanted:
            raise InputError(f"held_out.clips is {wanted}, and {len(labelled)} examples have labels: leave out fewer")
        return sorted(labelled, key=lambda each: draw(seed, each.identity))[:wanted]

    @property
    def sets(self) -> list[list[Example]]:
        """The examples of each set that are learnt from."""
        held_out = {each.identity for each in self.held_out}
        learnt = [each for each in self.examples.kept if each.identity not in held_out]
        return [[each for each in learnt if each.set == number] for number in range(len(self.config.data))]

    def prompt(self, example: Example, question: str) -> str:
        """The prompt that asks something about an example."""
        return self.mode.prompt(question, example.sample.subtitle, self.network.copies)

    def encode(self, example: Example, question: Question) -> Target:
        """Ids and labels of an example and one of its questions."""
        asked, answer = example.texts[question]
        return encode_target(self.tokens, self.prompt(example, asked), answer)

    def draws(self, devices: int = 1) -> Draws:
        """The examples of all steps.

        Raises:
            InputError: a set has fewer examples than a batch.
        """
        run = self.config.run
        batches = run.steps * run.accumulation * devices
        weights = [each.weight for each in self.config.data]
        return Draws(self.sets, weights, run.batch, batches, run.seed, self.encode, self.features.load)


def plan_training(path: Path, progress: Progress = lambda *_: None) -> Plan:
    """Read the tables, and leave out what cannot be learnt from.

    Raises:
        InputError: the file or a table is broken, a frozen model is not there, or nothing is left to learn from.
    """
    config = read_config(path)
    asked, run, mode = config.model, config.run, Mode(config.model.mode)
    known = {name: value for name, value in asked if name in AffectGPTConfig.__dataclass_fields__}
    network, rows = widths_of(AffectGPTConfig(**known).checked())
    device = choose_device(run.device)
    features = Features(run.features or run.out / "features", network, asked, run.live_media, device)
    plan = Plan(
        config, network, load_tokens(network, rows), read_examples(config.data, mode, run.seed), features, device
    )
    plan.examples.keep_if(lambda example: features.lacking(example) or _fault(plan, example), "examples", progress)
    if not plan.examples.kept:
        first = next(iter(plan.examples.refused), None)
        why = f"; of {shown(first.name)}: {first.reason}" if first else ": the tables are empty"
        raise InputError(f"{path}: no example can be used{why}")
    plan.draws()  # a set that fills no batch is refused now
    return plan


def _fault(plan: Plan, example: Example) -> str:
    """What is wrong with the texts of an example."""
    try:
        for question in example.texts:
            ids = plan.encode(example, question).input_ids
            check_placeholders(ids, plan.tokens.placeholder_ids, plan.network.copies)
    except (TooLongError, MediaError) as error:
        return str(error)
    return ""


def describe(plan: Plan) -> Iterator[str]:
    """The lines of a dry run: counts, lengths, what is refused and why, one example with what is learnt of it."""
    run, sets, refused = plan.config.run, plan.sets, plan.examples.refused
    lengths = sorted(
        len(plan.encode(each, question).input_ids) for examples in sets for each in examples for question in each.texts
    )
    passes = run.steps * run.batch * run.accumulation / sum(map(len, sets))
    yield from (f"data set {number}: {len(each)} examples" for number, each in enumerate(sets, start=1))
    if plan.held_out:
        yield f"held out: {len(plan.held_out)} clips"
    yield f"tokens of an example: {lengths[0]} to {lengths[-1]}, median {lengths[len(lengths) // 2]}"
    yield f"steps: {run.steps:,} of {run.batch} × {run.accumulation} examples, {passes:.1f} passes (on one device)"
    yield f"learning rate: {run.schedule.rate(0):g} at the first step, {run.schedule.rate(run.steps - 1):g} at the last"
    cached = "visual states; HuBERT runs in training mode" if run.live_media else "both encoders' states"
    yield f"computed in {plan.dtype} on {plan.device}; cached: {cached}"
    yield f"refused: {len(refused)} clips" + (", by reason:" if refused else "")
    reasons = Counter(each.reason.partition(":")[0] for each in refused)
    yield from (f"  {count} × {in_one_line(reason, 200)}" for reason, count in reasons.most_common(_MOST_SHOWN))
    yield from (f"  {in_one_line(f'{each.name}: {each.reason}', 200)}" for each in refused[:_MOST_SHOWN])
    if len(refused) > _MOST_SHOWN:
        yield f"  … and {len(refused) - _MOST_SHOWN} more"
    example, question = plan.draws().drawn(0)
    ids, labels = plan.encode(example, question)
    given = [number for number, label in zip(ids, labels, strict=True) if label < 0]
    yield f"the first example, {shown(example.sample.name)}, asked for its {question}:"
    yield f"  given:  {in_one_line(plan.tokens.decode(given), 4000)}"
    yield f"  learnt: {in_one_line(plan.tokens.decode([label for label in labels if label >= 0]), 4000)}"
