"""Comparing two systems: from reports, from per-sample files, and what is refused."""

import json

import numpy as np
import pytest

from merunibench import InputError, compare, evaluate
from merunibench.demo.miniature import MINIATURE_TASKS, miniature
from merunibench.tasks import benchmark_tasks
from tests.small import rows, write_rows


@pytest.fixture
def reports(files, tmp_path):
    predictions, truth = files
    for name, lines in rows().items():
        changed = [{**row, **({"labels": ["angry"]} if "labels" in row else {"polarity": "negative"})} for row in lines]
        write_rows(tmp_path / "other" / f"{name}.jsonl", changed)
    return evaluate(predictions, truth, bootstrap=0), evaluate(tmp_path / "other", truth, bootstrap=0)


def test_differences_and_p_values(reports):
    first, second = reports
    result = compare(first, second, resamples=500)
    assert result.models == ("preds", "other")
    assert [each.dataset for each in result.datasets] == ["meld", "cmumosi", "ovmerdplus"]
    for each in result.datasets:
        scores = [system.score for system in each.systems]
        assert scores == [first[each.dataset].score, second[each.dataset].score]
        assert each.test.difference == pytest.approx(scores[0] - scores[1])
        assert 0 < max(each.test.p_bootstrap, each.test.p_randomization) <= each.p_holm <= 1


def test_per_sample_files_give_the_same_comparison_without_labels_or_lexicon(reports, tmp_path):
    paths = []
    for name, report in zip("ab", reports, strict=True):
        report.write_per_sample(tmp_path / f"{name}.jsonl")
        paths.append(tmp_path / f"{name}.jsonl")
    for units, drawn in (("samples", "samples"), ("auto", "clusters+samples"), ("clusters", "clusters+samples")):
        from_files = compare(*paths, resamples=200, units=units)
        from_reports = compare(*reports, resamples=200, units=units)
        assert from_files.to_dict() == from_reports.to_dict()
        assert from_files.units == drawn


def test_a_missing_prediction_survives_the_per_sample_file(files, tmp_path):
    predictions, truth = files
    write_rows(predictions / "cmumosi.jsonl", rows()["cmumosi"][:1])
    report = evaluate(predictions, truth, missing="zero", bootstrap=0)
    report.write_per_sample(tmp_path / "a.jsonl")
    result = compare(tmp_path / "a.jsonl", report, resamples=10)
    assert [each.test.difference for each in result.datasets] == [0, 0, 0]


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_per_sample_files_hold_all_that_a_comparison_needs(files, tmp_path, protocol):
    predictions, truth = files
    write_rows(predictions / "ovmerdplus.jsonl", rows()["ovmerdplus"][1:])
    write_rows(predictions / "meld.jsonl", rows()["meld"][:8])
    report = evaluate(predictions, truth, missing="zero", protocol=protocol, bootstrap=0)
    report.write_per_sample(tmp_path / "a.jsonl")
    result = compare(tmp_path / "a.jsonl", report, resamples=10)
    for each in result.datasets:
        assert each.systems[0] == each.systems[1]
        assert each.systems[0].score == report[each.dataset].score
        assert each.test.difference == 0


def test_left_out_data_sets_are_named_and_chosen_ones_are_found(files, reports):
    only = evaluate(*files, datasets="meld", bootstrap=0)
    result = compare(only, reports[1], resamples=10)
    assert result.left_out == ("cmumosi", "ovmerdplus")
    assert "Not compared, because only one of them has it: cmumosi, ovmerdplus" in result.to_text()
    assert [each.dataset for each in compare(*reports, resamples=10, datasets=["MOSI"]).datasets] == ["cmumosi"]
    with pytest.raises(InputError, match="no scores for sims"):
        compare(*reports, datasets=["sims"])


def test_a_comparison_names_the_data_sets_that_either_side_lacks():
    data = {name: {"a": ["joy"], "b": ["sad"]} for name in ("ovmerdplus", "mer2025ov", "mer2026ov")}
    first, second = (
        evaluate({name: data[name] for name in names}, data, bootstrap=0)
        for names in (["ovmerdplus", "mer2025ov"], ["ovmerdplus", "mer2026ov"])
    )
    for pair in ((first, second), (second, first)):
        assert compare(*pair, resamples=9).left_out == ("mer2025ov", "mer2026ov")


@pytest.mark.parametrize("options", [{"resamples": 0}, {"seed": -1}])
def test_numbers_of_a_comparison_are_checked(options):
    data = {"ovmerdplus": {"a": ["joy"], "b": ["sad"]}}
    report = evaluate(data, data, bootstrap=0)
    with pytest.raises(InputError, match="compare needs at least one resample and a non-negative seed"):
        compare(report, report, **options)


def test_holm_takes_the_larger_p_of_the_two_tests():
    truth = {f"s{i}": ["sad"] for i in range(10)}
    said = [{name: ["sad"] if i % step == 0 else ["joyful"] for i, name in enumerate(truth)} for step in (2, 3)]
    systems = [evaluate({"ovmerdplus": answers}, {"ovmerdplus": truth}, bootstrap=0) for answers in said]
    (each,) = compare(*systems, resamples=99).datasets
    assert each.test.p_bootstrap != each.test.p_randomization
    assert each.p_holm == max(each.test.p_bootstrap, each.test.p_randomization)


def test_the_comparison_does_not_depend_on_the_order_of_the_ground_truth(files, reports, tmp_path):
    predictions, truth = files
    for path in truth.iterdir():
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(lines)]) + "\n", encoding="utf-8")
    backwards = [evaluate(folder, truth, bootstrap=0) for folder in (predictions, tmp_path / "other")]
    assert compare(*backwards, resamples=50).to_dict() == compare(*reports, resamples=50).to_dict()


def test_per_sample_rows_say_sectors_and_hits(reports, tmp_path):
    reports[0].write_per_sample(tmp_path / "a.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 10 + 4 + 4
    row = next(line for line in lines if line["name"] == "s1")
    assert row["truth"][0] == ["happy"]
    assert sorted(row["predicted"][0]) == ["happy", "sad"]
    assert row["hits"][0] == 1
    assert row["labels"] == ["joyful", "sad"]
    neutral = next(line for line in lines if line["name"] == "s3")
    assert neutral["hits"] == [None] * 5
    polarity = next(line for line in lines if line["name"] == "v_b_1")
    assert (polarity["truth"], polarity["predicted"], polarity["hits"]) == (0.0, "positive", None)
    meld = [line for line in lines if line["dataset"] == "meld"]
    rate = np.mean(
        [np.mean([hit for hit in wheel if hit is not None]) for wheel in zip(*[m["hits"] for m in meld], strict=True)]
    )
    assert rate == pytest.approx(reports[0]["meld"].score)


@pytest.mark.parametrize(("protocol", "hits"), [("official", [0, 1, None, 0, 0]), ("strict", [0, 0, None, 0, 0])])
def test_a_neutral_polarity_hits_a_negative_truth_under_the_official_protocol_alone(tmp_path, protocol, hits):
    truth = {"v_1": 1.0, "v_2": -1.0, "v_3": 0.0, "v_4": 0.5, "v_5": -0.5}
    answers = dict.fromkeys(["v_1", "v_2", "v_3"], "neutral")  # the last two are missing
    report = evaluate({"cmumosi": answers}, {"cmumosi": truth}, protocol=protocol, missing="zero", bootstrap=0)
    report.write_per_sample(tmp_path / "a.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["hits"] for line in lines] == hits
    assert [line["predicted"] for line in lines] == ["neutral", "neutral", "neutral", None, None]


def test_scores_that_were_computed_differently_are_refused(files, reports):
    other = evaluate(*files, level=2, bootstrap=0)
    with pytest.raises(InputError, match="meld: the scores cannot be compared: they differ in level 1 against 2"):
        compare(reports[0], other)


def test_altered_truth_is_refused(files, reports):
    predictions, truth = files
    path = truth / "meld.csv"
    path.write_text(path.read_text().replace("utt0,0", "utt0,1", 1))
    with pytest.raises(InputError, match="they differ in gt"):
        compare(reports[0], evaluate(predictions, truth, bootstrap=0))


def test_no_data_set_in_common_is_refused(files, reports):
    predictions, truth = files
    only = evaluate(predictions, truth, datasets=["meld"], bootstrap=0)
    rest = evaluate(predictions, truth, datasets=["cmumosi"], bootstrap=0)
    with pytest.raises(InputError, match="no data sets in common: meld and cmumosi"):
        compare(only, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]\n",
        '{"name": "a"}\n',
        '{"model":"m","dataset":"meld","name":"a","checkpoint":"c","truth":3,"predicted":4,"signature":"mub"}\n',
        '{"model":"m","dataset":"nowhere","name":"a","checkpoint":"c","truth":[],"predicted":[],"signature":"mub"}\n',
    ],
)
def test_what_is_no_per_sample_file_is_refused(tmp_path, text):
    path = tmp_path / "a.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.jsonl"):
        compare(path, path)


def test_a_per_sample_file_with_altered_rows_is_refused(reports, tmp_path):
    path = tmp_path / "a.jsonl"
    reports[0].write_per_sample(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    for old, new in (('"truth": [[', '"truth": [3, ['), ("protocol:official", "protocol:mine"), ('"meld"', '"sims"')):
        (tmp_path / "b.jsonl").write_text("\n".join(line.replace(old, new) for line in lines), encoding="utf-8")
        with pytest.raises(InputError):
            compare(path, tmp_path / "b.jsonl")


def test_the_same_system_twice_makes_no_difference(reports):
    result = compare(reports[0], reports[0], resamples=50)
    assert {each.p_holm for each in result.datasets} == {1.0}
    assert "A = preds" in result.to_text()
    assert "+0.00" in result.to_text()


@pytest.mark.parametrize("kind", ["reports", "files"])
def test_swapping_samples_swaps_the_chance_level_that_they_bring_with_them(tmp_path, kind):
    """Both systems are right on the same samples, so that only their chance levels tell them apart.

    The one names another wrong word each time, the other always the same: a constant answer, which corrects to 0. Of
    2**12 ways to swap samples only two, none and all, leave the systems as far apart as they are. If each system kept
    its own chance level, every way would.
    """
    names = [f"s{i:02}" for i in range(12)]
    truth = {"ovmerdplus": {name: ["happy"] if i < 6 else ["sad"] for i, name in enumerate(names)}}
    varied = {name: ["happy"] if i < 6 else [f"word{i}"] for i, name in enumerate(names)}
    reports = [
        evaluate({"ovmerdplus": answers}, truth, protocol="strict", bootstrap=0)
        for answers in (varied, {name: ["happy"] for name in names})
    ]
    assert reports[0]["ovmerdplus"].uncorrected == reports[1]["ovmerdplus"].uncorrected == 0.5
    assert [report["ovmerdplus"].chance for report in reports] == [0.25, 0.5]
    systems = reports
    if kind == "files":
        systems = [tmp_path / f"{number}.jsonl" for number in range(2)]
        for report, path in zip(reports, systems, strict=True):
            report.write_per_sample(path)
    (each,) = compare(*systems, resamples=1000).datasets
    assert each.test.difference == pytest.approx(1 / 3)  # (0.5 - 0.25) / (1 - 0.25), and 0
    assert each.test.p_randomization < 0.01


@pytest.fixture(scope="module")
def nine():
    """Two reports on all nine data sets: the first is right more often, by the same clips in sets of one source."""
    truth = {task.id: {row["name"]: row["label"] for row in miniature(task.id)} for task in benchmark_tasks()}
    reports = []
    for share in (0.8, 0.4):
        said = {}
        for name, labels in truth.items():
            rng = np.random.default_rng(len(name))
            right = {sample: rng.random() < share for sample in labels}
            said[name] = {
                sample: (
                    ("positive" if (float(label) > 0) == right[sample] else "negative")
                    if MINIATURE_TASKS[name].kind == "sentiment"
                    else label
                    if right[sample]
                    else ["xylophone"]
                )
                for sample, label in labels.items()
            }
        reports.append(evaluate(said, truth, tasks=MINIATURE_TASKS, bootstrap=0))
    return reports


def test_the_mean_of_the_nine_and_of_each_kind_is_tested(nine):
    result = compare(*nine, resamples=300, units="samples")
    assert [each.name for each in result.means] == ["basic", "sentiment", "mean"]
    for each in result.means:
        differences = [test.test.difference for test in result.datasets if test.dataset in each.datasets]
        assert each.test.difference == pytest.approx(np.mean(differences), abs=1e-12)
        assert each.scores[0] - each.scores[1] == pytest.approx(each.test.difference, abs=1e-12)
        assert each.test.ci[0] < each.test.difference < each.test.ci[1]
    mean = result.means[-1]
    assert len(mean.datasets) == 9
    assert mean.p_holm == mean.test.p == max(mean.test.p_bootstrap, mean.test.p_randomization) < 0.05
    assert "in the mean of nine A - B is +" in result.sentence
    assert "significant" in result.sentence
    assert json.loads(json.dumps(result.to_dict()))["sentence"] == result.sentence
    assert result.to_text().startswith(result.sentence)


def test_equal_systems_are_compared_in_the_mean_too(nine):
    result = compare(nine[0], nine[0], resamples=50)
    assert result.means[-1].test[:4] == (0.0, (0.0, 0.0), 1.0, 1.0)
    assert result.sentence.startswith(
        "Neither is better on any of 9 data sets; in the mean of nine A - B is +0.00 points"
    )


def test_there_is_no_test_of_a_mean_where_a_data_set_is_missing(nine):
    result = compare(*nine, resamples=50, datasets=["meld", "mer2023", "sims"])
    assert result.means == ()
    some = compare(*nine, resamples=50, datasets=["cmumosi", "cmumosei", "sims", "simsv2", "meld"])
    assert [each.name for each in some.means] == ["sentiment"]


def test_what_the_samples_could_show_follows_from_the_standard_error(nine):
    result = compare(*nine, resamples=500, units="samples")
    each, mean = result.datasets[0], result.means[-1]
    assert mean.samples == sum(one.samples for one in result.datasets)
    assert result.to_dict()["means"][-1]["samples_needed"] == mean.samples_needed > 0
    assert f"mean {100 * mean.test.detectable:.2f} ({mean.samples_needed:,})." in " ".join(result.to_text().split())
    test = each.test
    assert test.detectable == pytest.approx((1.959964 + 0.841621) * test.error, rel=1e-5)
    samples = int(dict(part.split(":") for part in each.signature.split("|")[1:])["n"])
    exact = samples * (test.detectable / test.difference) ** 2
    assert exact <= each.samples_needed < exact + 1


def test_systems_whose_checkpoints_or_labels_were_taken_differently_are_remarked_upon(files, tmp_path):
    predictions, truth = files
    for step in ("step-1", "step-2"):
        write_rows(tmp_path / "steps" / step / "meld.jsonl", rows()["meld"])
    chosen = evaluate(tmp_path / "steps", truth, datasets="meld", bootstrap=0)
    write_rows(tmp_path / "texts" / "meld.jsonl", [{"name": row["name"], "text": "happy"} for row in rows()["meld"]])
    alone, read = (
        evaluate(predictions, truth, datasets="meld", bootstrap=0),
        evaluate(tmp_path / "texts", truth, bootstrap=0),
    )
    assert compare(chosen, chosen, resamples=9).warnings == ()
    (said,) = compare(chosen, alone, resamples=9).warnings
    assert said == (
        "meld: A is the best of 2 checkpoints on the test labels, B a checkpoint chosen without the test "
        "labels; this may explain the difference"
    )
    (said,) = compare(alone, read, resamples=9).warnings
    assert said.startswith("meld: labels come from different sources, A's from given, B's from rules@")
    chosen.write_per_sample(tmp_path / "chosen.jsonl")
    assert compare(tmp_path / "chosen.jsonl", chosen, resamples=9).warnings == ()


def test_the_sentence_says_who_leads_by_how_much_and_how_sure_that_is():
    names = [f"test_dia{i}_utt0" for i in range(200)]
    truth = {"meld": dict.fromkeys(names, "joy")}
    right = {"meld": {name: ["joy"] if i % 10 else ["sad"] for i, name in enumerate(names)}}
    half = {"meld": {name: ["joy"] if i % 2 else ["sad"] for i, name in enumerate(names)}}
    first, second = (evaluate(said, truth, bootstrap=0) for said in (right, half))
    low, high = (100 * end for end in compare(first, second, resamples=200).datasets[0].test.ci)
    said = f"on the one data set tested (MELD by 40.00 [{low:.2f}, {high:.2f}]); on MELD A - B is"
    sure = f"p {1 / 201:.4f}, significant)."
    ahead = f"+40.00 points (95 % CI {low:+.2f} to {high:+.2f}"
    behind = f"-40.00 points (95 % CI {-high:+.2f} to {-low:+.2f}"
    assert compare(first, second, resamples=200).sentence == f"A is better {said} {ahead}, {sure}"
    assert compare(second, first, resamples=200).sentence == f"B is better {said} {behind}, {sure}"
    assert compare(first, first, resamples=200).sentence == (
        "Neither is better on the one data set tested; on MELD A - B is +0.00 points (95 % CI +0.00 to +0.00, "
        "p 1.0000, not significant)."
    )
