"""The main path on small files: selection, missing predictions, intervals, refusals."""

import hashlib
import random

import numpy as np
import pandas as pd
import pytest

from merunibench import InputError, compare, evaluate, load_lexicon
from tests.oracle import metrics as oracle
from tests.small import rows, write_rows

CLASSES = ["anger", "joy", "sadness", "neutral", "disgust", "fear", "surprise"]


def sector(word, wheel):
    return load_lexicon("builtin").sectors(word)[wheel]


def test_scores_are_those_of_the_oracle(files):
    report = evaluate(*files, bootstrap=0)
    predicted = rows()
    truth = [CLASSES[int(label)] for label in "0132456013"]
    expected = oracle.basic(truth, [row["labels"] for row in predicted["meld"]], sector)
    assert dict(report["meld"].metrics) == pytest.approx(expected)
    truth = [["happy", "proud"], ["sad"], ["neutral"], ["angry", "scared"]]
    lists = [oracle.parse(row["labels"]) for row in predicted["ovmerdplus"]]
    assert dict(report["ovmerdplus"].metrics) == pytest.approx(oracle.fine_grained(truth, lists, sector))
    words = [row["polarity"] for row in predicted["cmumosi"]]
    assert dict(report["cmumosi"].metrics) == pytest.approx(oracle.sentiment([1.5, -0.4, 0, -2], words))


def test_data_sets_stand_in_the_order_of_the_published_tables(files):
    assert [result.dataset for result in evaluate(*files, bootstrap=0).datasets] == ["meld", "cmumosi", "ovmerdplus"]


def test_the_joint_signature_counts_the_samples_of_all_data_sets_and_hashes_their_truths(files):
    report = evaluate(*files, bootstrap=0)
    assert [result.signature.n for result in report.datasets] == [10, 4, 4]
    assert report.signature.n == 18
    assert "|n:18|" in str(report.signature)
    two = evaluate(*files, datasets=["meld", "cmumosi"], bootstrap=0)
    assert two.signature.n == 14
    hashes = {report.signature.gt, two.signature.gt, *(result.signature.gt for result in report.datasets)}
    assert len(hashes) == 5


def test_the_signature_of_a_data_set_says_what_its_score_was_computed_with(files):
    predictions, truth = files
    write_rows(predictions / "meld.jsonl", rows()["meld"][:7])
    result = evaluate(predictions, truth, datasets="meld", missing="skip", seed=3, bootstrap=20)["meld"]
    sample_lines = sorted(f"test_dia{i // 2}_utt{i % 2}\t{CLASSES[int(label)]}\n" for i, label in enumerate("0132456"))
    gt = hashlib.sha256("".join(sample_lines).encode()).hexdigest()[:8]
    assert str(result.signature) == (
        f"mub|data:meld|kind:basic|protocol:official|lexicon:{load_lexicon('builtin').label}|level:1|labels:given|"
        f"polarity:given|checkpoint:single|missing:skip|n:7|gt:{gt}|v:1|bootstrap:20|seed:3|units:clusters|"
        "interval:exact@2|runs:1"
    )


def test_the_joint_signature_says_what_holds_of_any_of_its_data_sets():
    truth = {
        "mer2023": {"a": "happy"},
        "meld": {"test_dia0_utt0": "joy"},
        "cmumosi": {"v_1": 1.0},
        "ovmerdplus": {"b": "[sad]"},
    }
    answers = {
        "mer2023": {"a": ["happy"]},
        "meld": pd.DataFrame([{"name": "test_dia0_utt0", "text": "Emotions: happy"}]),
        "cmumosi": {"v_1": "positive"},
        "ovmerdplus": {"b": ["sad"]},
    }

    def joint(*datasets):
        return evaluate(answers, truth, datasets=datasets, units="clusters", bootstrap=0).signature

    basic, with_sentiment = joint("mer2023", "meld"), joint("cmumosi", "ovmerdplus")
    assert (basic.data, basic.kind, basic.labels) == ("mer2023+meld", "basic", "given+rules@2")
    assert (with_sentiment.kind, with_sentiment.units, basic.units) == ("mixed", "clusters+samples", "clusters+samples")
    assert (with_sentiment.lexicon, with_sentiment.level) == (load_lexicon("builtin").label, "1")
    assert (joint("cmumosi").lexicon, joint("ovmerdplus").units) == ("none", "samples")


def test_one_data_set_by_any_of_its_names(files):
    report = evaluate(*files, datasets=["MOSI"], bootstrap=0)
    assert [result.dataset for result in report.datasets] == ["cmumosi"]


def test_the_same_from_memory(files):
    predictions = {name: pd.DataFrame(table) for name, table in rows().items()}
    predictions["meld"] = {row["name"]: row["labels"] for row in rows()["meld"]}
    truth = {
        "meld": {f"test_dia{i // 2}_utt{i % 2}": int(label) for i, label in enumerate("0132456013")},
        "ovmerdplus": {"s1": ["happy", "proud"], "s2": ["sad"], "s3": [], "s4": "[angry, scared]"},
        "cmumosi": {"v_a_1": 1.5, "v_a_2": -0.4, "v_b_1": 0, "v_b_2": -2},
    }
    in_memory, from_files = evaluate(predictions, truth), evaluate(*files)
    assert [result.score for result in in_memory.datasets] == [result.score for result in from_files.datasets]
    assert str(in_memory.signature) == str(from_files.signature)


def test_missing_predictions_are_refused_by_name(files):
    predictions, truth = files
    failed = {"name": "test_dia3_utt1", "status": "failed", "error": "x"}
    write_rows(predictions / "meld.jsonl", [*rows()["meld"][:7], failed])
    with pytest.raises(InputError) as error:
        evaluate(predictions, truth)
    message = str(error.value)
    assert "2 of 10 samples of meld have no prediction: test_dia4_utt0, test_dia4_utt1" in message
    assert "1 of 10 samples of meld are marked as failed: test_dia3_utt1" in message
    assert "--missing zero" in message


def test_missing_predictions_count_as_wrong_under_zero(files):
    predictions, truth = files
    write_rows(predictions / "cmumosi.jsonl", rows()["cmumosi"][:1])
    result = evaluate(predictions, truth, datasets=["cmumosi"], missing="zero", bootstrap=0)["cmumosi"]
    assert result.metrics["accuracy"] == pytest.approx(1 / 3)
    assert (result.missing, result.samples, result.scored) == (3, 4, (3,))
    write_rows(predictions / "ovmerdplus.jsonl", rows()["ovmerdplus"][:1])
    result = evaluate(predictions, truth, datasets=["ovmerdplus"], missing="zero", bootstrap=0)["ovmerdplus"]
    lists = [["joyful", "sad"], [], [], []]
    expected = oracle.fine_grained([["happy", "proud"], ["sad"], ["neutral"], ["angry", "scared"]], lists, sector)
    assert dict(result.metrics) == pytest.approx(expected)


def test_missing_predictions_are_left_out_under_skip_and_the_signature_tells(files):
    predictions, truth = files
    whole = evaluate(predictions, truth, datasets=["cmumosi"], missing="skip", bootstrap=0)["cmumosi"]
    write_rows(predictions / "cmumosi.jsonl", rows()["cmumosi"][:2])
    part = evaluate(predictions, truth, datasets=["cmumosi"], missing="skip", bootstrap=0)["cmumosi"]
    assert part.metrics["accuracy"] == 1.0
    assert (part.missing, part.samples, part.scored) == (2, 4, (2,))
    assert part.signature.gt != whole.signature.gt
    assert not part.is_complete


def test_predictions_without_ground_truth_are_ignored_and_counted(files):
    predictions, truth = files
    write_rows(predictions / "meld.jsonl", [*rows()["meld"], {"name": "train_dia0_utt0", "labels": ["sad"]}])
    report = evaluate(predictions, truth, datasets=["meld"], bootstrap=0)
    assert report["meld"].extra == 1
    assert any("1 predictions have no ground truth" in warning for warning in report.warnings)


def test_predictions_of_another_data_set_are_recognised(files):
    predictions, truth = files
    write_rows(predictions / "meld.jsonl", [{"name": f"video_{i}", "labels": ["sad"]} for i in range(20)])
    with pytest.raises(InputError, match=r"only 0 of its 20 sample names .*another data set"):
        evaluate(predictions, truth, missing="zero")


@pytest.mark.parametrize(("known", "refused"), [(2, False), (1, True)])
def test_a_tenth_of_the_names_must_be_those_of_the_data_set(files, known, refused):
    predictions, truth = files
    names = "".join(f"test_dia9_utt{i},0\n" for i in range(5))
    (truth / "meld.csv").write_text((truth / "meld.csv").read_text() + names)  # now fifteen
    others = [{"name": f"video_{i}", "labels": ["sad"]} for i in range(20 - known)]
    write_rows(predictions / "meld.jsonl", [*rows()["meld"][:known], *others])
    if refused:
        with pytest.raises(InputError, match=r"only 1 of its 20 sample names .*another data set"):
            evaluate(predictions, truth, datasets="meld", missing="zero")
    else:
        assert evaluate(predictions, truth, datasets="meld", missing="zero", bootstrap=0)["meld"].missing == 13


def test_intervals_are_deterministic_and_hold_the_score(files):
    first, second = evaluate(*files), evaluate(*files)
    assert first.to_json() == second.to_json()
    for result in first.datasets:
        assert result.ci[0] <= result.score <= result.ci[1]
    by_sample = [evaluate(*files, units="samples", seed=seed)["meld"].ci for seed in (0, 1)]
    assert by_sample[0] != by_sample[1]
    assert evaluate(*files, bootstrap=0)["meld"].ci is None


def test_clusters_are_recorded_in_the_signature(files):
    report = evaluate(*files)
    assert report == evaluate(*files, units="clusters")
    assert report.signature.units == "clusters+samples"
    assert report["meld"].signature.units == "clusters"
    assert report["meld"].signature.interval == "jackknife-t@2"
    assert report["ovmerdplus"].signature.interval == "bca@2"
    assert evaluate(*files, units="samples").signature.units == "samples"


@pytest.fixture
def checkpoints(files):
    """Two checkpoints: step-9 is better on meld, step-10 on ovmerdplus."""
    predictions, truth = files
    for name in ("meld", "ovmerdplus", "cmumosi"):
        (predictions / f"{name}.jsonl").unlink()
    right = [
        {"name": row["name"], "labels": CLASSES[int(label)]}
        for row, label in zip(rows()["meld"], "0132456013", strict=True)
    ]
    wrong = [{"name": row["name"], "labels": ["bored"]} for row in rows()["meld"]]
    perfect = [
        {"name": "s1", "labels": "happy, proud"},
        {"name": "s2", "labels": "sad"},
        {"name": "s3", "labels": "neutral"},
    ]
    perfect.append({"name": "s4", "labels": "angry, scared"})
    write_rows(predictions / "step-9" / "meld.jsonl", right)
    write_rows(predictions / "step-9" / "ovmerdplus.jsonl", rows()["ovmerdplus"])
    write_rows(predictions / "step-10" / "meld.jsonl", wrong)
    write_rows(predictions / "step-10" / "ovmerdplus.jsonl", perfect)
    return predictions, truth


@pytest.mark.parametrize(
    ("rule", "meld", "ovmerdplus"),
    [
        ("best-per-dataset", "step-9", "step-10"),
        ("best-overall", "step-9", "step-9"),
        ("last", "step-10", "step-10"),
        ("step-9", "step-9", "step-9"),
        ("step-10", "step-10", "step-10"),
    ],
)
def test_checkpoint_selection(checkpoints, rule, meld, ovmerdplus):
    report = evaluate(*checkpoints, checkpoint=rule, bootstrap=0)
    assert (report["meld"].checkpoint, report["ovmerdplus"].checkpoint) == (meld, ovmerdplus)
    assert report.checkpoint_selection == report.signature.checkpoint == rule
    if rule in ("best-per-dataset", "best-overall", "last"):
        assert list(report["meld"].checkpoints) == ["step-9", "step-10"]


@pytest.mark.parametrize(("datasets", "best"), [(("meld", "mer2025ov"), "step-1"), (("mer2025ov",), "step-2")])
def test_the_best_overall_is_that_of_the_nine_wherever_one_of_them_is_there(tmp_path, datasets, best):
    """step-1 is a little better on MELD, step-2 much better on a set that is none of the nine."""
    names = {"meld": [f"test_dia{i}_utt0" for i in range(4)], "mer2025ov": ["a", "b", "c", "d"]}
    truth = {"meld": dict.fromkeys(names["meld"], "joy"), "mer2025ov": {name: ["joy"] for name in "abcd"}}
    right = {"step-1": {"meld": 3, "mer2025ov": 0}, "step-2": {"meld": 2, "mer2025ov": 4}}
    for step, counts in right.items():
        for dataset in datasets:
            answers = ["joy"] * counts[dataset] + ["sad"] * (4 - counts[dataset])
            lines = [{"name": name, "labels": [word]} for name, word in zip(names[dataset], answers, strict=True)]
            write_rows(tmp_path / step / f"{dataset}.jsonl", lines)
    wanted = {name: truth[name] for name in datasets}
    report = evaluate(tmp_path, wanted, checkpoint="best-overall", bootstrap=0)
    assert {each.checkpoint for each in report.datasets} == {best}
    for each in report.datasets:
        assert each.checkpoints["step-1"].score == right["step-1"][each.dataset] / 4
        assert each.checkpoints["step-2"].score == right["step-2"][each.dataset] / 4


def test_an_unknown_checkpoint_is_refused_with_those_there_are(checkpoints):
    with pytest.raises(InputError, match="unknown checkpoint 'step-3'; checkpoints: step-9, step-10; rules: best"):
        evaluate(*checkpoints, checkpoint="step-3")
    with pytest.raises(InputError, match="several checkpoints begin with 'step'"):
        evaluate(*checkpoints, checkpoint="step")


def test_the_beginning_of_a_name_must_end_with_a_word(checkpoints):
    with pytest.raises(InputError, match="unknown checkpoint 'step-1'"):
        evaluate(*checkpoints, checkpoint="step-1")


def test_one_checkpoint_stands_for_all_data_sets_or_is_refused(checkpoints):
    predictions, truth = checkpoints
    (predictions / "step-9" / "ovmerdplus.jsonl").unlink()
    with pytest.raises(InputError, match="checkpoint 'step-9' has no predictions for ovmerdplus"):
        evaluate(predictions, truth, checkpoint="step-9")
    assert evaluate(predictions, truth, checkpoint="last", bootstrap=0)["meld"].checkpoint == "step-10"
    (predictions / "step-10" / "meld.jsonl").unlink()
    for rule in ("last", "best-overall"):
        with pytest.raises(InputError, match="no checkpoint has predictions for all of meld, ovmerdplus"):
            evaluate(predictions, truth, checkpoint=rule)
    mixed = evaluate(predictions, truth, bootstrap=0)
    assert mixed.checkpoint_selection == "best-per-dataset"


def test_the_best_of_checkpoints_on_different_samples_is_refused(checkpoints):
    predictions, truth = checkpoints
    write_rows(predictions / "step-10" / "meld.jsonl", rows()["meld"][:2])
    with pytest.raises(InputError, match=r"meld: with --missing skip, .* \(step-9 10, step-10 2\)"):
        evaluate(predictions, truth, missing="skip")
    assert evaluate(predictions, truth, missing="skip", checkpoint="last", bootstrap=0)["meld"].checkpoint == "step-10"


def test_a_single_checkpoint_is_no_selection(files):
    assert evaluate(*files, bootstrap=0).checkpoint_selection == "single"


def test_labels_per_sample_and_unknown_words(files):
    report = evaluate(*files, bootstrap=0)
    assert report["meld"].labels_per_sample == 2
    assert report["ovmerdplus"].labels_per_sample == pytest.approx(6 / 4)
    assert report["ovmerdplus"].out_of_lexicon == pytest.approx(1 / 5)  # xylophone; neutral does not count
    assert report["cmumosi"].labels_per_sample is None


def test_a_constant_answer_scores_its_chance_level(files):
    predictions, truth = files
    write_rows(predictions / "meld.jsonl", [{"name": row["name"], "labels": ["sad"]} for row in rows()["meld"]])
    result = evaluate(predictions, truth, datasets=["meld"], bootstrap=0)["meld"]
    assert result.score == pytest.approx(result.chance, abs=1e-10)
    assert result.lift == pytest.approx(0, abs=1e-10)


def test_nothing_in_common_is_refused(files, tmp_path):
    predictions, truth = files
    (truth / "meld.csv").rename(truth / "sims.csv")
    with pytest.raises(InputError, match="no ground truth for meld"):
        evaluate(predictions, truth, datasets=["meld"])
    with pytest.raises(InputError, match="no predictions for simsv2"):
        evaluate(predictions, truth, datasets=["simsv2", "meld"])


@pytest.mark.parametrize(
    ("option", "value"), [("protocol", "mine"), ("level", 3), ("missing", "ignore"), ("bootstrap", -1)]
)
def test_options_are_checked(files, option, value):
    with pytest.raises(InputError):
        evaluate(*files, **{option: value})


def test_a_data_set_in_which_nothing_counts_is_refused(files):
    predictions, truth = files
    (truth / "meld.csv").write_text(
        "name,label\n" + "".join(f"test_dia{i // 2}_utt{i % 2},neutral\n" for i in range(10))
    )
    with pytest.raises(InputError, match="no sample of meld counts"):
        evaluate(predictions, truth, datasets=["meld"])


def test_the_mean_exists_only_when_all_nine_are_there_in_full():
    from merunibench.demo import run_demo
    from merunibench.demo.miniature import MINIATURE_TASKS

    report = run_demo().reports["text-lexicon"]
    assert report.complete
    assert report.mean == pytest.approx(np.mean([result.score for result in report.datasets]))
    assert report.mean_ci[0] < report.mean < report.mean_ci[1]
    assert all(result.expected_samples == MINIATURE_TASKS[result.dataset].samples for result in report.datasets)


def test_a_missing_polarity_is_wrong_wherever_it_is_shuffled_to():
    names = [f"v_a_{index}" for index in range(40)]
    truth = {"cmumosi": {name: 1.0 if index % 2 else -1.0 for index, name in enumerate(names)}}
    answers = {"cmumosi": dict.fromkeys(names[:20], "positive")}
    for protocol in ("official", "strict"):
        result = evaluate(answers, truth, missing="zero", protocol=protocol, bootstrap=0)["cmumosi"]
        assert result.uncorrected == pytest.approx(result.chance, abs=1e-12)
    assert result.score == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("protocol", "waf"), [("official", 1 / 3), ("strict", 1 / 2)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_missing_polarity_is_wrong_whatever_the_truth_is(protocol, waf, sign):
    """Of two positive and two negative samples, those of one class are answered, rightly."""
    truth = {"v_1": sign * 1.0, "v_2": sign * 0.5, "v_3": sign * -1.0, "v_4": sign * -2.0}
    answer = "positive" if sign > 0 else "negative"
    answers = {"cmumosi": {"v_1": answer, "v_2": answer}}
    result = evaluate(answers, {"cmumosi": truth}, protocol=protocol, missing="zero", bootstrap=0)["cmumosi"]
    # F1 of the answered class: official 2 * 2 / (2 + 4), since wrong is the other class; strict 1. Of the other: 0.
    assert result.uncorrected == pytest.approx(waf)
    assert result.metrics["accuracy"] == 0.5


@pytest.mark.parametrize("missing", ["zero", "skip"])
def test_predictions_that_all_failed_are_refused(files, missing):
    predictions, truth = files
    failed = [{"name": row["name"], "status": "failed"} for row in rows()["meld"]]
    write_rows(predictions / "meld.jsonl", failed)
    with pytest.raises(InputError, match="no sample of meld has a prediction"):
        evaluate(predictions, truth, missing=missing)


def test_intervals_do_not_depend_on_the_order_of_the_ground_truth():
    rng = random.Random(0)
    names = [f"test_dia{i // 3}_utt{i % 3}" for i in range(60)]
    truth = {name: rng.choice(CLASSES) for name in names}
    answers = {"meld": {name: [rng.choice(CLASSES), rng.choice(CLASSES)] for name in names}}
    shuffled = dict(rng.sample(list(truth.items()), len(truth)))
    one, other = (evaluate(answers, {"meld": rows})["meld"] for rows in (truth, shuffled))
    assert one.samples_scored.names.to_pylist() != other.samples_scored.names.to_pylist()
    assert (one.ci, one.score) == (other.ci, other.score)
    assert one.signature == other.signature


def test_one_unit_has_no_interval(files):
    predictions, truth = files
    (truth / "meld.csv").write_text("name,label\ntest_dia0_utt0,0\ntest_dia0_utt1,1\n")
    alone = evaluate(predictions, truth, datasets="meld", units="clusters")
    assert alone["meld"].ci is None
    assert "No interval for MELD: fewer than two samples, dialogues or videos are scored" in alone.to_text()
    assert evaluate(predictions, truth, datasets="meld", units="samples")["meld"].ci is not None


def test_units_are_samples_where_there_are_no_clusters(files):
    report = evaluate(*files, units="clusters")
    assert report["ovmerdplus"].signature.units == "samples"
    assert report["meld"].signature.units == "clusters"


def test_data_sets_found_on_one_side_only_are_named(files):
    predictions, truth = files
    (truth / "cmumosi.csv").rename(truth / "sims.csv")
    warnings = evaluate(predictions, truth, bootstrap=0).warnings
    assert "cmumosi: not scored, it has no ground truth" in warnings
    assert "sims: not scored, it has no predictions" in warnings


@pytest.mark.parametrize("protocol", ["official", "strict"])
def test_constant_answers_under_either_protocol(protocol):
    from merunibench.demo.miniature import MINIATURE_TASKS, miniature
    from merunibench.tasks import benchmark_tasks

    truth = {task.id: {row["name"]: row["label"] for row in miniature(task.id)} for task in benchmark_tasks()}
    for words in (["joy", "sad", "furious"], ["neutral"], [], ["xylophone"]):
        answers = {
            task.id: dict.fromkeys(truth[task.id], "neutral" if task.kind == "sentiment" else words)
            for task in benchmark_tasks()
        }
        report = evaluate(answers, truth, protocol=protocol, tasks=MINIATURE_TASKS, bootstrap=0)
        for result in report.datasets:
            assert result.uncorrected == pytest.approx(result.chance, abs=1e-12)
            assert protocol == "official" or result.score == pytest.approx(0, abs=1e-12)


def test_perfect_predictions_score_1_under_strict():
    from merunibench.demo.miniature import MINIATURE_TASKS, miniature
    from merunibench.tasks import benchmark_tasks

    truth = {task.id: {row["name"]: row["label"] for row in miniature(task.id)} for task in benchmark_tasks()}
    answers = {
        task.id: {
            name: ("positive" if float(label) > 0 else "negative") if task.kind == "sentiment" else label
            for name, label in truth[task.id].items()
        }
        for task in benchmark_tasks()
    }
    report = evaluate(answers, truth, protocol="strict", tasks=MINIATURE_TASKS, bootstrap=0)
    assert [result.score for result in report.datasets] == pytest.approx([1] * 9, abs=1e-12)


def test_odd_predictions_are_remarked_upon(files):
    predictions, truth = files
    polarities = [{**rows()["cmumosi"][0], "polarity": "upbeat"}, *rows()["cmumosi"][1:]]
    write_rows(predictions / "cmumosi.jsonl", polarities)
    write_rows(
        predictions / "meld.jsonl", [{"name": row["name"], "labels": ["joy, sad; calm"]} for row in rows()["meld"]]
    )
    warnings = " ".join(evaluate(predictions, truth, bootstrap=0).warnings)
    assert "cmumosi: 1 polarities such as 'upbeat' are not positive, negative or neutral" in warnings
    assert "meld: labels contain commas, semicolons, bars" in warnings
    assert "ovmerdplus: 1 of 4 answers are given as empty lists (first: line 3)" in warnings


def test_a_column_without_a_single_polarity_is_refused(files):
    predictions, truth = files
    write_rows(predictions / "cmumosi.jsonl", [{**row, "polarity": "1"} for row in rows()["cmumosi"]])
    with pytest.raises(InputError, match=r"cmumosi.jsonl, line 1: 'polarity' must be positive, negative or neutral"):
        evaluate(predictions, truth)


def test_labels_that_are_no_emotions_are_remarked_upon(files):
    predictions, truth = files
    write_rows(predictions / "meld.jsonl", [{"name": row["name"], "labels": ["3"]} for row in rows()["meld"]])
    assert any("100 % of the labels are unknown" in each for each in evaluate(predictions, truth, bootstrap=0).warnings)


@pytest.mark.parametrize(("unknown", "remarked"), [(2, False), (3, True)])
def test_more_than_a_fifth_of_the_labels_unknown_is_remarked_upon(files, unknown, remarked):
    predictions, truth = files
    labels = ["xylophone"] * unknown + ["sad"] * (10 - unknown)
    answers = [{**row, "labels": [label]} for row, label in zip(rows()["meld"], labels, strict=True)]
    write_rows(predictions / "meld.jsonl", answers)
    warnings = evaluate(predictions, truth, datasets="meld", bootstrap=0).warnings
    assert any("meld: 30 % of the labels are unknown to the lexicon" in each for each in warnings) == remarked
    assert any("unknown" in each for each in warnings) == remarked


@pytest.mark.parametrize(("joined", "remarked"), [(1, False), (2, True)])
def test_more_than_a_twentieth_of_the_labels_with_separators_is_remarked_upon(files, joined, remarked):
    predictions, truth = files
    labels = [["joy;sad"]] * joined + [["sad"]] * (20 - joined)
    answers = [{**row, "labels": labels[i] + labels[10 + i]} for i, row in enumerate(rows()["meld"])]
    write_rows(predictions / "meld.jsonl", answers)
    warnings = evaluate(predictions, truth, datasets="meld", bootstrap=0).warnings
    assert any("meld: labels contain commas, semicolons, bars" in each for each in warnings) == remarked


def test_a_result_is_found_by_any_name_and_shown_in_a_line(files):
    report = evaluate(*files, bootstrap=0)
    assert report["MOSI"] is report["cmumosi"]
    with pytest.raises(KeyError, match="the report has meld, cmumosi, ovmerdplus"):
        report["sims"]
    assert len(repr(report)) < 600
    assert repr(load_lexicon("builtin")).startswith("<Lexicon builtin@")


def test_a_folder_one_level_off_is_pointed_out(files, tmp_path):
    predictions, truth = files
    (truth / "inner" / "meld-process").mkdir(parents=True)
    (truth / "meld.csv").rename(truth / "inner" / "meld-process" / "label.npz")
    for path in truth.glob("*.csv"):
        path.unlink()
    with pytest.raises(InputError, match=r"did you mean .*inner"):
        evaluate(predictions, truth)
    with pytest.raises(InputError, match="give the folder above"):
        evaluate(predictions, truth / "inner" / "meld-process")


@pytest.mark.parametrize("units", ["auto", "samples", "clusters"])
def test_the_order_of_labels_and_predictions_changes_nothing(files, tmp_path, units):
    """Neither intervals nor tests: units are drawn by their names."""
    predictions, truth = files
    names = ("meld", "cmumosi", "ovmerdplus")
    for name in names:
        lines = [
            {**row, "labels": ["angry"]} if "labels" in row else {**row, "polarity": "negative"} for row in rows()[name]
        ]
        write_rows(tmp_path / "other" / f"{name}.jsonl", lines)

    def results():
        first, second = (evaluate(path, truth, units=units) for path in (predictions, tmp_path / "other"))
        return first, compare(first, second, units=units, resamples=50)

    before, tests = results()
    for name in names:
        head, *lines = (truth / f"{name}.csv").read_text("utf-8").splitlines()
        (truth / f"{name}.csv").write_text("\n".join([head, *lines[1::2], *lines[::2]]) + "\n", "utf-8")
        write_rows(predictions / f"{name}.jsonl", rows()[name][::-1])
    after, again = results()
    for name in names:
        assert (after[name].ci, after[name].signature) == (before[name].ci, before[name].signature)
        np.testing.assert_allclose(after[name].replicates, before[name].replicates, atol=1e-12)
    for ours, theirs in zip(again.datasets, tests.datasets, strict=True):
        assert ours.test[1:] == theirs.test[1:]
        assert ours.test.difference == pytest.approx(theirs.test.difference, abs=1e-12)
        assert ours.p_holm == theirs.p_holm
