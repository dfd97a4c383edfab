"""Every command that takes `--lexicon`, under a lexicon of one wheel and under one of eight."""

import csv
import importlib.util
import json
import subprocess
from shutil import copyfile

import pytest

from merunibench.cli._lazy import COMMANDS, build
from merunibench.evaluation import evaluate
from merunibench.integrations import lm_eval, tasks
from merunibench.lexicon import compile_folder, load_lexicon
from merunibench.protocols import PROTOCOLS
from tests.curation.small import data_set
from tests.integrations.conftest import data  # noqa: F401 - a fixture
from tests.lexicon.own import write_folder
from tests.own import NAMES, TRUTHS, write_own
from tests.small import write_files, write_rows

WHEELS = (1, 8)
COVERED = {
    "score", "compare", "errors", "explain", "run", "leaderboard build", "leaderboard verify",
    "leaderboard preview", "leaderboard review", "curate prior", "curate filter",
    "table", "show", "view", "integrations write",
}  # fmt: skip


@pytest.fixture(params=WHEELS)
def own(request, run, tmp_path):
    """(number of wheels, file of the lexicon), made by the command line."""
    folder, path = write_folder(tmp_path / "wheels", request.param), tmp_path / "mine.json"
    made = run("lexicon", "compile", folder, "-o", path)
    assert (made.code, made.out) == (0, f"{path}\n"), made
    return request.param, path


def test_no_command_is_forgotten():
    takes = {
        f"{group} {name}".removeprefix("merunibench ")
        for group, panels in COMMANDS.items()
        for commands in panels.values()
        for name in commands
        if any("--lexicon" in parameter.opts for parameter in getattr(build(group, name), "params", ()))
    }
    assert takes == COVERED


def test_a_table_has_the_figures_of_score(run, own, tmp_path):
    _, path = own
    predictions, truth = write_files(tmp_path)
    options = ("--data-root", truth, "--lexicon", path, "--bootstrap", 0, "--format")
    scores = {
        each["dataset"]: each["score"]
        for each in json.loads(run("score", predictions, *options, "json").out)["datasets"]
    }
    made = run("table", predictions, *options, "csv")
    assert made.code == 0, made
    rows = list(csv.DictReader(made.out.splitlines()))
    found = {row["dataset"]: float(row["score"]) for row in rows if row["dataset"] in scores}
    assert found == pytest.approx(scores, abs=1e-9)


def test_samples_are_shown_on_the_wheels_it_has(run, own, tmp_path):
    wheels, path = own
    predictions, truth = write_files(tmp_path)
    name = json.loads((predictions / "meld.jsonl").read_text(encoding="utf-8").splitlines()[0])["name"]
    options = ("--data-root", truth, "--lexicon", path)
    shown = json.loads(run("show", name, predictions, *options, "--dataset", "meld", "--format", "json").out)
    assert len(shown["models"][0]["row"]["hits"]) == wheels
    assert run("view", predictions, *options, "--out", tmp_path / "page").code == 0
    index = (tmp_path / "page" / "data" / "index.js").read_text(encoding="utf-8")
    content = json.loads(index[index.index("{") : index.rindex("}") + 1])
    meld = next(each for each in content["datasets"] if each["id"] == "meld")
    assert len(meld["axes"]) == wheels


def test_tasks_for_harnesses_are_scored_by_it(own, data, tmp_path):  # noqa: F811
    _, path = own
    tasks.write_tasks("lm-eval", tmp_path / "tasks", data.root, settings={"lexicon": str(path)})
    specification = importlib.util.spec_from_file_location("tasks", tmp_path / "tasks" / "mer_unibench.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    answers, truth = data.answers["ovmerdplus"], {"ovmerdplus": data.truth["ovmerdplus"]}
    documents = lm_eval.read_documents(tmp_path / "tasks", "ovmerdplus")
    kept = [next(iter(module.process_results(each, [answers[each["name"]]]).values())) for each in documents]
    rows = [{"name": name, "text": text} for name, text in answers.items()]
    expected = evaluate({"ovmerdplus": rows}, truth, lexicon=path, bootstrap=0)
    assert module.aggregate(kept) == expected.datasets[0].score


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_score_is_the_mean_over_the_wheels_it_has(run, own, tmp_path, protocol, level):
    wheels, path = own
    predictions, truth = write_files(tmp_path)
    options = ("--lexicon", path, "--protocol", protocol, "--level", level, "--bootstrap", 0, "--format", "json")
    scored = run("score", predictions, "--data-root", truth, *options, "--per-sample", tmp_path / "samples.jsonl")
    assert scored.code == 0, scored
    report = json.loads(scored.out)
    assert f"|lexicon:mine@{load_lexicon(path).sha256[:8]}|" in report["signature"]
    on_wheels = [each for each in report["datasets"] if each["wheels"]]
    assert [each["dataset"] for each in on_wheels] == ["meld", "ovmerdplus"]
    for dataset in on_wheels:
        key = next(key for key in dataset["wheels"][0])
        assert len(dataset["wheels"]) == wheels
        figures = [wheel[key] for wheel in dataset["wheels"] if wheel[key] is not None]
        assert dataset["metrics"][key] == pytest.approx(sum(figures) / len(figures))
    rows = [json.loads(line) for line in (tmp_path / "samples.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {len(row["truth"]) for row in rows if row["dataset"] != "cmumosi"} == {wheels}
    again = run("compare", tmp_path / "samples.jsonl", tmp_path / "samples.jsonl", "--format", "json")
    assert again.code == 0, again


def test_compare_and_its_refusal_across_lexicons(run, refused, own, tmp_path):
    wheels, path = own
    predictions, truth = write_files(tmp_path)
    asked = ("--data-root", truth, "--bootstrap", 0)
    assert run("compare", predictions, predictions, "--data-root", truth, "--lexicon", path).code == 0
    words, extended = tmp_path / "words.csv", tmp_path / "further.json"
    words.write_text("word,wheel1\nblue,sadness\n", encoding="utf-8")
    assert run("lexicon", "extend", path, "--words", words, "-o", extended).code == 0
    other = write_folder(tmp_path / "other", 9 - wheels)
    assert run("lexicon", "compile", other, "-o", tmp_path / "other.json").code == 0
    files = []
    for lexicon in (path, extended, tmp_path / "other.json", "builtin"):
        files.append(tmp_path / f"samples{len(files)}.jsonl")
        assert run("score", predictions, *asked, "--lexicon", lexicon, "--per-sample", files[-1]).code == 0
    for file in files[1:]:
        assert "lexicon" in refused("compare", files[0], file)
    assert "only lexicons with the same number of wheels" in refused("lexicon", "diff", path, tmp_path / "other.json")
    assert "blue" in run("lexicon", "diff", path, extended).out


def test_errors(run, refused, own, tmp_path):
    wheels, path = own
    predictions, truth = write_files(tmp_path)
    asked = ("errors", predictions, "--data-root", truth, "--lexicon", path, "--bootstrap", 10)
    for output in ("errors.html", "errors.json", "errors.md"):
        assert run(*asked, "--output", tmp_path / output, "--svg", tmp_path / "pictures").code == 0
    assert run(*asked, "--wheel", wheels).code == 0
    if wheels < 8:
        assert "wheel must be 1 to 1 (the wheels of lexicon mine), not 2" in refused(*asked, "--wheel", 2)


def test_explain_show_audit_install(run, refused, own, tmp_path):
    wheels, path = own
    found = json.loads(run("explain", "glad", "--lexicon", path, "--format", "json").out)
    assert len(found["explanations"][0]["wheels"]) == wheels
    assert found["explanations"][0]["wheels"][0]["reason"] == "own word of this wheel"
    for number in range(1, wheels + 1):
        drawn = run("explain", "glad", "sad", "--lexicon", path, "--svg", tmp_path / "w.svg", "--wheel", number)
        assert drawn.code == 0, drawn
        picture = (tmp_path / "w.svg").read_text(encoding="utf-8")
        assert f"Wheel {number}: Wheel {number}" in picture
        assert "nan" not in picture
    if wheels == 1:
        wrong = ("explain", "glad", "--lexicon", path, "--svg", tmp_path / "no.svg", "--wheel", 2)
        assert "lexicon mine has no wheel 2; its wheels are 1 to 1" in refused(*wrong)
    assert len(json.loads(run("lexicon", "show", path, "--format", "json").out)["wheels"]) == wheels
    assert run("lexicon", "audit", path).code == 0
    assert run("lexicon", "install", "mine", "--from", path).code == 0
    assert "glad" in run("explain", "glad", "--lexicon", "mine").out
    assert "mine" in run("lexicon", "list").out
    assert run("verify").out.count("(mine)") == 4


def test_run(run, own, tmp_path):
    wheels, path = own
    definition, _ = write_own(tmp_path / "own", "basic")
    subtitles = "".join(f"{name},I am {truth}.\n" for name, truth in zip(NAMES, TRUTHS["basic"], strict=True))
    (definition.parent / "said.csv").write_text("name,subtitle\n" + subtitles)
    definition.write_text(definition.read_text() + 'layout.subtitles = "said.csv"\n')
    model = ("--model", "text-lexicon", "--modalities", "text", "--task", definition, "--dataset", "mine")
    ran = run("run", *model, "--out", tmp_path / "out", "--bootstrap", 0, "--lexicon", path)
    assert ran.code == 0, ran
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert len(report["datasets"][0]["wheels"]) == wheels


def test_a_board(run, own, tmp_path):
    _, path = own
    predictions, truth = write_files(tmp_path)
    packed = run("submit", predictions, "--model", "A", "--out", tmp_path / "subs" / "a")
    assert packed.code == 0, packed
    asked = ("--submissions", tmp_path / "subs", "--data-root", truth, "--lexicon", path)
    built = run("leaderboard", "build", *asked, "--out", tmp_path / "board", "--processes", 1)
    assert built.code == 0, built
    results = json.loads((tmp_path / "board" / "results.json").read_text(encoding="utf-8"))
    hashes = {board["id"]: board["lexicon_sha256"] for board in results["boards"]}
    assert hashes["official-mine"] == load_lexicon(path).sha256
    verified = run("leaderboard", "verify", tmp_path / "board" / "results.json", *asked)
    assert verified.code == 0, verified
    assert ", 0 different, 0 not verified" in verified.out
    previewed = run("leaderboard", "preview", tmp_path / "subs" / "a", *asked, "--processes", 1, "--format", "json")
    assert previewed.code == 0, previewed
    assert "official-mine" in previewed.out


def test_a_review(run, own, tmp_path):
    _, path = own
    predictions, truth = write_files(tmp_path)
    submissions = tmp_path / "repository" / "leaderboard" / "submissions"
    git(submissions.parents[1], "init", "--quiet")
    for name in "ab":
        packed = run("submit", predictions, "--model", name, "--out", submissions / name)
        assert packed.code == 0, packed
        git(submissions.parents[1], "add", "--all")
        git(submissions.parents[1], "commit", "--quiet", "-m", name)
    commits = git(submissions.parents[1], "rev-list", "--reverse", "HEAD").split()
    reviewed = run(
        *("leaderboard", "review", *commits, "--repository", submissions.parents[1], "--submissions", submissions),
        *("--data-root", truth, "--lexicon", path, "--processes", 1, "--format", "json"),
    )
    assert reviewed.code == 0, reviewed
    assert "official-mine" in reviewed.out


def git(repository, *arguments):
    """What git says, in a repository that nobody has configured."""
    repository.mkdir(parents=True, exist_ok=True)
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *who, *arguments], cwd=repository, check=True, capture_output=True, text=True).stdout


def test_curate(run, own, tmp_path):
    wheels, path = own
    rows = [{"name": name, "labels": [word]} for name, word in zip(NAMES, TRUTHS["basic"], strict=True)]
    write_rows(tmp_path / "truth.jsonl", rows)
    for model in ("a", "b"):
        write_rows(tmp_path / "outputs" / f"{model}.jsonl", rows)
    ran = run("curate", "prior", tmp_path / "outputs", "--truth", tmp_path / "truth.jsonl", "--lexicon", path)
    assert ran.code == 0, ran
    for number, match in enumerate(("majority", "any", "all", "wheel1", f"wheel{wheels}@2")):
        folder = data_set(tmp_path / f"set{number}")
        filtered = run("curate", "filter", folder, "--lexicon", path, "--match", match)
        assert filtered.code == 0, filtered
        assert run("curate", "report", folder).code == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_same_wheel_eight_times_scores_like_once(tmp_path, protocol):
    """An oracle without a formula: a mean of equal figures is the figure."""
    predictions, truth = write_files(tmp_path)
    once = compile_folder(write_folder(tmp_path / "once", 1), "once").lexicon
    folder = write_folder(tmp_path / "eight", 8)
    for number in range(2, 9):
        copyfile(folder / "wheel1.toml", folder / f"wheel{number}.toml")
    eight = compile_folder(folder, "eight").lexicon
    first, second = (
        evaluate(predictions, truth, lexicon=lexicon, protocol=protocol, bootstrap=0) for lexicon in (once, eight)
    )
    for one, other in zip(first.datasets, second.datasets, strict=True):
        assert other.metrics == pytest.approx(one.metrics)
        assert other.chance == pytest.approx(one.chance)
        assert [wheel == one.wheels[0] for wheel in other.wheels] == [True] * (8 if one.wheels else 0)


def test_what_is_refused_is_refused_in_one_line(refused, tmp_path):
    folder, out = write_folder(tmp_path / "wheels", 1), tmp_path / "mine.json"
    words = tmp_path / "words.csv"
    words.write_text("word,concept\nfrabjous,joyy\n", encoding="utf-8")
    extend = ("lexicon", "extend", "builtin", "--words")
    assert "row 2, column 'concept': unknown concept 'joyy'" in refused(*extend, words, "-o", out)
    assert "nowhere.csv" in refused(*extend, tmp_path / "nowhere.csv", "-o", out)
    assert "cannot name a lexicon" in refused("lexicon", "compile", folder, "-o", tmp_path / "My own.json")
    assert "mer2026 is the name" in refused("lexicon", "compile", folder, "-o", out, "--name", "mer2026")
    (tmp_path / "folder.json").mkdir()
    assert "folder.json" in refused("lexicon", "compile", folder, "-o", tmp_path / "folder.json")
    words.write_bytes(b"word,concept\nf\xff,joy\n")
    assert "words.csv, line 2: not UTF-8; save the file as UTF-8" in refused(*extend, words, "-o", out)
    words.write_bytes(b"word,concept\n" + b'"' + b"x" * 200_000 + b'",joy\n')
    assert "words.csv: cannot be read: field larger than field limit" in refused(*extend, words, "-o", out)
    (folder / "words.csv").mkdir()
    (folder / "wheel1.toml").write_text("title = 'a'\nsectors = 7\n", encoding="utf-8")
    assert "wheel1.toml: sectors: a wheel needs a table of sectors" in refused("lexicon", "compile", folder, "-o", out)
    assert not out.exists()


def test_a_match_on_a_wheel_that_the_lexicon_has_not(refused, tmp_path):
    said = refused("curate", "filter", data_set(tmp_path / "set"), "--match", "wheel6")
    assert "match wheel6: lexicon builtin has 5 wheels" in said
