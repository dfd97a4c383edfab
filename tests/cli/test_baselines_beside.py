"""`merunibench score --baselines` as a user meets it."""

import json

from merunibench.files import write_text


def test_the_command_says_the_lift_and_reads_subtitles_where_they_are(run, files):
    predictions, truth = files
    lines = "".join(f"test_dia{i // 2}_utt{i % 2},Well! Number {i}\n" for i in range(10))
    folder = truth / "meld-process"
    write_text(folder / "transcription-engchi-polish.csv", "name,english\n" + lines)
    plain = run("score", predictions, "--data-root", truth, "--dataset", "meld", "--baselines")
    assert "the best shallow baseline (" in plain.out
    assert "punctuation" in plain.out
    assert "with labels replaced by head words" in plain.out
    said = run("score", predictions, "--data-root", truth, "--baselines", "--format", "json")
    worth = json.loads(said.out)["worth"]
    assert "punctuation" in worth["meld"]["baselines"]
    assert worth["cmumosi"]["left_out"]["punctuation"] == "no subtitles"
