"""What a run may be asked for: checked, and the same again from its own file."""

import inspect
from pathlib import Path

import pytest

from merunibench import evaluate
from merunibench.errors import InputError
from merunibench.extraction import EXTRACTOR
from merunibench.inference.settings import InferSettings, RunSettings, parse_modalities, parse_options
from merunibench.settings import RULES, read_settings, settings_as_toml

LEAST = {"model": "text-lexicon", "out": "out", "data_root": "data"}


def test_settings_written_out_give_the_same_run(tmp_path):
    given = LEAST | {
        "model": 'odd "name"\n\x7f\\',
        "dataset": ["meld", "cmumosi"],
        "gen_kwarg": {"num_beams": 4, "nested": {"a": [1, 2.5, "x"], "b": True}},
        "model_option": {"llm": "here"},
        "temperature": 0.7,
        "limit": 5,
    }
    settings = read_settings(None, given, RunSettings)
    path = tmp_path / "run.toml"
    path.write_text(settings_as_toml(settings), "utf-8")
    assert read_settings(path, {}, RunSettings) == settings


def test_options_come_before_the_file(tmp_path):
    (tmp_path / "run.toml").write_text('model = "a"\nout = "x"\ndata_root = "d"\nframes = 4\n', "utf-8")
    settings = read_settings(tmp_path / "run.toml", {"model": "b", "frames": None}, InferSettings)
    assert (settings.model, settings.frames, settings.out) == ("b", 4, Path("x"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"model": None}, "model: missing; set --model"),
        ({"frame": 3}, "frame: unknown setting; did you mean frames?"),
        ({"modell": "m", "model": None}, "modell: unknown setting"),
        ({"frames": 0}, "--frames: Input should be greater than 0"),
        ({"data_root": None}, "no clips given"),
        ({"clips": "mine"}, "need one name of a data set"),
        ({"clips": "mine", "dataset": ["../x"]}, "the name must be usable as a file name"),
        ({"modalities": "audio+smell"}, "modalities 'audio\\+smell': must be some of audio, video, text"),
        ({"engine": "spark"}, "--engine: Input should be 'local' or 'ray'"),
        ({"temperature": float("nan")}, "--temperature"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(change, reason):
    with pytest.raises(InputError, match=reason):
        read_settings(None, LEAST | change, InferSettings)


def test_a_shard_is_not_scored():
    with pytest.raises(InputError, match="merunibench merge"):
        read_settings(None, LEAST | {"shard": "1/2"}, RunSettings)
    # A table of clips may have labels: whether it has is seen when it is read.
    assert read_settings(None, {"model": "m", "out": "o", "clips": "c", "dataset": ["meld"]}, RunSettings)


@pytest.mark.parametrize("kind", [InferSettings, RunSettings])
@pytest.mark.parametrize(
    ("lines", "told", "given"),
    [
        (
            "model = \"exec:sh -c 'touch mark'\"",
            "model: a file must not start a program",
            {"model": "exec:sh x"},
        ),
        ('model = "m"\ntrust_remote_code = true', "then give --trust-remote-code", {"trust_remote_code": True}),
        ('model = "m"\ntrust_remote_code = "yes"', "then give --trust-remote-code", {"trust_remote_code": False}),
    ],
)
def test_no_file_starts_a_program_or_trusts_code(tmp_path, kind, lines, told, given):
    path = tmp_path / "run.toml"
    path.write_text(f'{lines}\nout = "o"\ndata_root = "d"\n', "utf-8")
    with pytest.raises(InputError, match=rf"run\.toml: .*{told}"):
        read_settings(path, {}, kind)
    settings = read_settings(path, given, kind)  # what the user says is what holds
    assert {name: getattr(settings, name) for name in given} == given


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "run.toml").write_text("model = \n", "utf-8")
    with pytest.raises(InputError, match=r"run\.toml: cannot be read"):
        read_settings(tmp_path / "run.toml", {}, InferSettings)


@pytest.mark.parametrize(
    "line",
    [
        f"seed = {'9' * 5000}",
        f"seed = 0x{'f' * 5000}",
        "gen_kwarg = {x = [nan]}",
        "gen_kwarg.x = -inf",
        f"gen_kwarg = {{x = {'[' * 20}{']' * 20}}}",
        f"gen_kwarg.{'.'.join('a' * 50_000)} = 1",
        "#" * (2 << 20),
    ],
    ids=lambda line: line[:20],
)
def test_a_file_that_no_run_needs_is_refused(tmp_path, line):
    (tmp_path / "run.toml").write_text(f'model = "m"\nout = "o"\ndata_root = "d"\n{line}\n', "utf-8")
    with pytest.raises(InputError, match=r"run\.toml") as refused:
        read_settings(tmp_path / "run.toml", {}, InferSettings)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("model", "others", "folder"),
    [
        ("Qwen/Qwen2.5-Omni-7B", {}, "Qwen2.5-Omni-7B"),
        ("Qwen/Qwen2.5-Omni-7B@abc", {}, "Qwen2.5-Omni-7B@abc"),
        ("/models/mine/", {}, "mine"),
        ("affectgpt:/models/checkpoint_000030_loss_0.602.pth", {}, "checkpoint_000030_loss_0.602"),
        ("openai:http://localhost:8000/v1#gpt x", {}, "gpt_x"),
        ("text-lexicon", {"modalities": "text"}, "text-lexicon-text"),
        ("a/b", {"modalities": "text+audio"}, "b-audio+text"),
        ("a/b", {"name": "../../mine"}, "_.._mine"),
    ],
)
def test_the_name_of_a_models_folder(model, others, folder):
    assert read_settings(None, LEAST | {"model": model} | others, InferSettings).model_name == folder


def test_every_subset_of_the_modalities():
    assert parse_modalities("text+video+audio") == ("audio", "video", "text")
    assert parse_modalities("video") == ("video",)
    for text in ("", "audio,video", "Audio", "audio+"):
        with pytest.raises(InputError, match="joined by"):
            parse_modalities(text)


def test_options_with_values():
    assert parse_options({"a": 1}) == {"a": 1}
    assert parse_options(["a=1", "b=x=y", 'c={"d": [1]}']) == {"a": 1, "b": "x=y", "c": {"d": [1]}}
    assert parse_options(["a=1"], as_json=False) == {"a": "1"}
    with pytest.raises(InputError, match="must be key=value"):
        parse_options(["a"])


def test_a_file_of_a_former_run_is_read(tmp_path):
    (tmp_path / "run.toml").write_text(
        'model = "m"\nout = "o"\ndata_root = "d"\nextractor = "rules"\nparity = true\nseed = 3\ncluster = true\n'
    )
    settings = read_settings(tmp_path / "run.toml", {}, RunSettings)
    assert (settings.extractor, settings.affectgpt_style, settings.units) == ("rules@2", True, "clusters")
    assert (settings.seed, settings.bootstrap_seed) == (3, 0)  # a run's seed is that of the answers, as it was
    given = {"affectgpt_style": False, "units": "samples"}
    settings = read_settings(tmp_path / "run.toml", given, RunSettings)
    assert (settings.affectgpt_style, settings.units) == (False, "samples")
    (tmp_path / "run.toml").write_text('model = "m"\nout = "o"\ndata_root = "d"\nparity = false\ncluster = false\n')
    settings = read_settings(tmp_path / "run.toml", {}, RunSettings)
    assert (settings.affectgpt_style, settings.units) == (False, "samples")  # as it was, though no longer the default


def test_a_former_name_beside_the_present_one_is_refused():
    with pytest.raises(InputError, match="cluster: is the former name of units, which is also set"):
        read_settings(None, LEAST | {"cluster": True, "units": "samples"}, RunSettings)


def test_a_former_flag_is_true_or_false():
    with pytest.raises(InputError, match="cluster: must be true or false; units = 'clusters' is the same as true"):
        read_settings(None, LEAST | {"cluster": "yes"}, RunSettings)


def test_a_setting_of_the_file_is_named_with_the_file(tmp_path):
    (tmp_path / "run.toml").write_text('model = "m"\nout = "o"\ndata_root = "d"\nframes = 0\n')
    with pytest.raises(InputError, match=r"run\.toml: frames: Input should be greater than 0"):
        read_settings(tmp_path / "run.toml", {}, InferSettings)


def test_scoring_settings_are_those_of_evaluate():
    settings = read_settings(None, LEAST | {"units": "clusters", "bootstrap_seed": 4, "missing": "zero"}, RunSettings)
    arguments = settings.arguments()
    assert set(arguments) < set(inspect.signature(evaluate).parameters)
    assert (arguments["units"], arguments["seed"], arguments["missing"]) == ("clusters", 4, "zero")
    assert read_settings(None, LEAST, RunSettings).arguments()["missing"] == "error"
    assert read_settings(None, LEAST | {"limit": 2}, RunSettings).arguments()["missing"] == "skip"


def test_parts_of_affectgpt_join_the_options_of_the_model(tmp_path):
    (tmp_path / "run.toml").write_text('model = "m"\nout = "o"\ndata_root = "d"\n[model_option]\nvisual = "v"\n')
    settings = read_settings(tmp_path / "run.toml", {"llm": "here"}, InferSettings)
    assert settings.model_option == {"visual": "v", "llm": "here"}
    assert "llm" not in settings.model_dump()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"extractor": "rules@3"},
            "--extractor: 'rules@3' is not known; this version of merunibench has rules@2 and rules@1",
        ),
        ({"protocol": "strct"}, "--protocol: must be one of official, strict, strict@1, not 'strct'"),
    ],
)
def test_names_that_are_not_known(change, reason):
    with pytest.raises(InputError, match=reason):
        read_settings(None, LEAST | change, RunSettings)


def test_the_rules_are_named_as_signatures_name_them():
    assert RULES == EXTRACTOR
