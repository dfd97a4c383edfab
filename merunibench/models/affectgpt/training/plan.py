"""What a training will do, before anything is loaded but tables and the tokenizer; and what a dry run shows of it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from merunibench._text import in_one_line, shown
from merunibench.errors import InputError, MediaError
from merunibench.hub import choose_device
from merunibench.models.affectgpt.configuration import AffectGPTConfig
from merunibench.models.affectgpt.loading import load_tokens, widths_of
from merunibench.models.affectgpt.prompt import Mode, PromptTokenizer, check_placeholders
from merunibench.models.affectgpt.training.config import Question, TrainingConfig, read_config
from merunibench.models.affectgpt.training.data import Example, Examples, read_examples
from merunibench.models.affectgpt.training.draws import Draws
from merunibench.models.affectgpt.training.features import Features, FeatureSettings, Progress, live_media
from merunibench.models.affectgpt.training.held_out import take_out
from merunibench.models.affectgpt.training.targets import Target, TooLongError, encode_target

_MOST_SHOWN = 20


@dataclass(eq=False)
class Plan:
    """A training, before anything is loaded but tables and the tokenizer.

    Attributes:
        config: What was asked for.
        network: Sizes of the network.
        mode: Which media and which prompt.
        tokens: The tokenizer.
        examples: What is learnt from, and what was left out.
        held_out: The clips that are left out on purpose.
        features: The states of clips.
        device: Where it computes.
    """

    config: TrainingConfig
    network: AffectGPTConfig
    mode: Mode
    tokens: PromptTokenizer
    examples: Examples
    held_out: list[Example]
    features: Features
    device: str

    @property
    def sets(self) -> list[list[Example]]:
        """The examples of each set."""
        found: list[list[Example]] = [[] for _ in self.config.data]
        for example in self.examples.kept:
            found[example.set].append(example)
        return found

    def prompt(self, example: Example, question: str) -> str:
        """The prompt that asks something about an example."""
        return self.mode.prompt(question, example.sample.subtitle, self.network.copies)

    def encode(self, example: Example, question: Question) -> Target:
        """Ids and labels of an example and one of its questions."""
        asked, answer = example.texts[question]
        return encode_target(self.tokens, self.prompt(example, asked), answer)

    def draws(self, devices: int = 1) -> Draws:
        """The examples of all steps."""
        run = self.config.run
        batches = run.steps * run.accumulation * devices
        weights = [each.weight for each in self.config.data]
        return Draws(self.sets, weights, run.batch, batches, run.seed, self.encode, self.features.load)

    @property
    def dtype(self) -> str:
        """In which the forward pass computes."""
        asked = self.config.run.dtype
        return ("float32" if self.device == "cpu" else "bfloat16") if asked == "auto" else asked


def plan_training(path: Path, progress: Progress | None = None) -> Plan:
    """Read the tables, and leave out what cannot be learnt from.

    Raises:
        InputError: the file or a table is broken, a frozen model is not there, or nothing is left to learn from.
    """
    config = read_config(path)
    asked, run = config.model, config.run
    mode = Mode(asked.mode)
    fields = AffectGPTConfig.__dataclass_fields__
    known = {name: getattr(asked, name) for name in type(asked).model_fields if name in fields}
    network, rows = widths_of(AffectGPTConfig(**known).checked())
    examples = read_examples(config.data, mode, run.seed)
    device = choose_device(run.device)
    live = live_media(run.cache)
    settings = FeatureSettings(network, mode, live, asked.clip_spacing, asked.face_order)
    features = Features(run.features or run.out / "features", settings, device)
    plan = Plan(config, network, mode, load_tokens(network, rows), examples, [], features, device)
    done, total = 0, len(examples.kept)

    def fault(example: Example) -> str:
        nonlocal done
        done += 1
        if progress:
            progress("examples", done, total)
        return features.lacking(example) or _fault_of_texts(plan, example)

    examples.keep_if(fault)
    if not examples.kept:
        first = examples.refused[0]
        raise InputError(f"{path}: no example can be used; of {shown(first.name)}: {first.reason}")
    plan.held_out = take_out(examples, config.held_out.clips, run.seed)
    plan.draws()  # a set that fills no batch is refused now
    return plan


def _fault_of_texts(plan: Plan, example: Example) -> str:
    try:
        for question in example.texts:
            ids = plan.encode(example, question).input_ids
            check_placeholders(ids, plan.tokens.placeholder_ids, plan.network.copies)
    except (TooLongError, MediaError) as error:
        return str(error)
    return ""


def describe(plan: Plan) -> str:
    """What a dry run prints: counts, lengths, what is refused and why, one example with what is learnt of it."""
    run, examples = plan.config.run, plan.examples
    drawn = plan.draws()
    example, question = drawn.drawn(0)
    lengths = sorted(len(plan.encode(each, question).input_ids) for each in examples.kept for question in each.texts)
    passes = run.steps * run.batch * run.accumulation / len(examples.kept)
    lines = [f"data set {number}: {len(each)} examples" for number, each in enumerate(plan.sets, start=1)]
    lines += [f"held out: {len(plan.held_out)} clips"] if plan.held_out else []
    lines += [
        f"tokens of an example: {lengths[0]} to {lengths[-1]}, median {lengths[len(lengths) // 2]}",
        f"steps: {run.steps:,} of {run.batch} × {run.accumulation} examples, {passes:.1f} passes (on one device)",
        f"learning rate: {run.schedule.rate(0):g} at the first step, {run.schedule.rate(run.steps - 1):g} at the last",
        f"computed in {plan.dtype} on {plan.device}; cached: "
        + ("both encoders' states" if run.cache == "both" else "visual states; HuBERT runs in training mode"),
    ]
    counts = Counter(_kind(each.reason) for each in examples.refused)
    lines += [f"refused: {len(examples.refused)} clips" + (", by reason:" if counts else "")]
    lines += [f"  {count} × {reason}" for reason, count in counts.most_common(_MOST_SHOWN)]
    lines += [f"  {in_one_line(f'{each.name}: {each.reason}', 200)}" for each in examples.refused[:_MOST_SHOWN]]
    more = len(examples.refused) - _MOST_SHOWN
    lines += [f"  … and {more} more"] if more > 0 else []
    target = plan.encode(example, question)
    given = [number for number, label in zip(*target, strict=True) if label < 0]
    rest = [label for label in target.labels if label >= 0]
    lines += [
        f"the first example, {shown(example.sample.name)}, asked for its {question}:",
        f"  given:  {in_one_line(plan.tokens.decode(given), 4000)}",
        f"  learnt: {in_one_line(plan.tokens.decode(rest), 4000)}",
    ]
    return "\n".join(lines) + "\n"


def _kind(reason: str) -> str:
    """A reason without what is the clip's own."""
    return reason.partition(":")[0] if not reason.startswith("prompt and answer") else "prompt and answer are too long"
