"""What former versions wrote is still compared, scored and run, or one line says why not and what to do."""

import json

import pytest

from merunibench import InputError, compare, evaluate
from merunibench.inference.settings import RunSettings
from merunibench.settings import read_settings
from tests.small import write_rows


def former(path):
    """A per-sample file as it was before: no version of the protocol, no interval method, no runs, no `chosen_from`."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in lines:
        del row["chosen_from"]
        row["signature"] = row["signature"].split("|interval:")[0].replace("|protocol:strict@1|", "|protocol:strict|")
    write_rows(path, lines)
    return path


@pytest.fixture
def per_sample(files, tmp_path):
    def write(protocol, name):
        report = evaluate(*files, protocol=protocol, bootstrap=0, units="samples")
        report.write_per_sample(tmp_path / f"{name}.jsonl")
        return tmp_path / f"{name}.jsonl"

    return write


@pytest.mark.parametrize(("protocol", "now"), [("official", "official"), ("strict@1", "strict@1")])
def test_former_per_sample_files_compare_with_each_other_and_with_new_ones(run, files, per_sample, protocol, now):
    before, new = former(per_sample(protocol, "before")), per_sample(now, "new")
    for first, second in ((before, before), (before, new), (new, before)):
        result = run("compare", first, second, "--bootstrap", 20, "--format", "json")
        assert result.code == 0, result.err
        found = json.loads(result.out)["datasets"]
        assert [each["dataset"] for each in found] == ["meld", "cmumosi", "ovmerdplus"]
        assert {each["difference"] for each in found} == {0}
    scored = run("compare", before, files[0], "--data-root", files[1], "--protocol", now, "--bootstrap", 20)
    assert scored.code == 0, scored.err


def test_former_strict_scores_are_not_compared_with_present_ones_and_the_line_says_what_to_do(refused, per_sample):
    before, new = former(per_sample("strict@1", "before")), per_sample("strict", "new")
    for first, second in ((before, new), (new, before)):
        said = refused("compare", first, second)
        assert "protocol strict@" in said
        assert said.endswith("; score both with --protocol strict@1, or both with --protocol strict\n")
    assert "--protocol" not in refused("compare", per_sample("official", "other"), new)


def test_a_report_is_not_compared_and_the_line_says_what_is(run, refused, files, tmp_path):
    run("score", files[0], "--data-root", files[1], "--output", tmp_path / "report.json")
    for more in ((), ("--data-root", files[1])):
        said = refused("compare", tmp_path / "report.json", files[0], *more)
        assert "report.json: a report does not contain samples; compare files of `score --per-sample`" in said


@pytest.mark.parametrize(("value", "units"), [("false", "samples"), ("true", "clusters")])
def test_a_former_run_keeps_its_units_and_a_line_says_how_to_write_them(tmp_path, value, units):
    path, said = tmp_path / "run.toml", []
    path.write_text(f'model = "a"\nout = "x"\ndata_root = "d"\ncluster = {value}\n', "utf-8")
    assert read_settings(path, {}, RunSettings, said.append).units == units
    assert said == [f"{path}: cluster is the former name of units, and is read as units = '{units}'; write that"]
    assert read_settings(path, {"units": "auto"}, RunSettings).units == "auto"


def test_the_command_line_says_so_too(run, tmp_path):
    (tmp_path / "run.toml").write_text('model = "text-lexicon"\ndata_root = "none"\ncluster = false\n', "utf-8")
    result = run("run", "--config", tmp_path / "run.toml", "--out", tmp_path / "out")
    assert "run.toml: cluster is the former name of units, and is read as units = 'samples'" in result.err


@pytest.mark.parametrize("cluster", [False, True])
def test_the_former_argument_works_with_a_warning(files, cluster):
    units = "clusters" if cluster else "samples"
    with pytest.warns(FutureWarning, match=f"cluster={cluster} is deprecated; write units='{units}'") as warned:
        report = evaluate(*files, bootstrap=20, cluster=cluster)
    assert warned[0].filename == __file__
    assert report.to_json() == evaluate(*files, bootstrap=20, units=units).to_json()
    with pytest.warns(FutureWarning, match="units="):
        tested = compare(report, report, resamples=20, cluster=cluster)
    assert tested.units == compare(report, report, resamples=20, units=units).units


def test_the_former_argument_beside_the_present_one_is_refused(files):
    with pytest.raises(InputError, match="cluster is the former name of units"):
        evaluate(*files, units="samples", cluster=True)
