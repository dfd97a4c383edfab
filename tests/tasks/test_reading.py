"""A task file says all that is wrong with it at once; one that would do harm is refused in one line."""

import pytest

from merunibench.errors import InputError
from merunibench.tasks import BUILTIN, parse_task, reading

LEAST = 'schema = "merunibench.task/1"\nid = "mine"\ntitle = "My clips"\nkind = "fine-grained"\n'
BASIC = LEAST.replace("fine-grained", "basic") + 'classes = ["Calm", " angry"]\n'


def parse(text):
    return parse_task(text.encode(), "mine.task.toml", taken=BUILTIN.spellings)


def refused(text):
    with pytest.raises(InputError) as found:
        parse(text)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_a_file_of_four_lines_is_a_data_set():
    task = parse(LEAST)
    assert (task.id, task.title, task.kind, task.samples, task.own) == ("mine", "My clips", "fine-grained", 0, True)
    assert task.layout.subtitles == ""


def test_classes_are_read_as_labels_are():
    assert parse(BASIC).classes == ("calm", "angry")


def test_all_faults_are_said_at_once():
    said = refused('schema = "x"\nid = "A b"\nkind = "guess"\nsamples = -1\nlabels = "/etc/passwd"\nclases = []\n')
    for name in ("schema", "id", "title: missing", "kind", "samples", "labels", "clases"):
        assert name in said, name


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('layout.video = ["clip.mp4"]', "must contain {name}"),
        ('layout.audio = ["{name.__class__}.wav"]', "must contain {name}"),
        ("cluster = '(?i)abc'", "not a valid regular expression"),
        ("cluster = '[[:alpha:]]+'", "not a valid regular expression"),
        ('labels = "../other.csv"', "must be a relative path below the folder"),
        ('labels = "/etc/passwd"', "must be a relative path below the folder"),
        ('labels = "C:\\\\x.csv"', "must be a relative path below the folder"),
        ('layout.video = ["../{name}.mp4"]', "must be a relative path below the folder"),
        ('layout.subtitles = "a/../../b.csv"', "must be a relative path below the folder"),
        ("cluster = '^(?P<unit>(a+)+)$'", "exponential time"),
        ("cluster = '^(?P<unit>.*)(?=_)'", "not supported by RE2"),
        (r"cluster = '^(?P<unit>.*)(?P=unit)'", "not supported by RE2"),
        ("cluster = '^(.*)_'", "must have no group, or one group named unit"),
        ("cluster = '^(?!x).*_'", "not supported by RE2"),
        ("cluster = '('", "not a valid regular expression"),
        (f"cluster = '^(?P<unit>{'a?' * 100})'", "at most 200 characters"),
        ("benchmark = true", "benchmark: only allowed for built-in data sets"),
        ('aliases = ["meld"]', "aliases: only allowed for built-in data sets"),
        ('folder = "meld-process"', "folder: only allowed for built-in data sets"),
        ('classes = ["a", "b"]', "kind fine-grained has no classes"),
        ('truth = "short"', "truth"),
        ("samples = 1e3", "samples"),
        ("samples = true", "samples"),
        ('annotators = "mean"', "annotators"),
    ],
)
def test_what_does_harm_or_makes_no_sense_is_refused(line, reason):
    assert reason in refused(LEAST + line + "\n")


def test_faults_of_fields_and_of_what_they_mean_together_are_said_at_once():
    said = refused(BASIC.replace("angry", "CALM") + 'samples = -1\nbenchmark = true\nannotators = "union"\n')
    for fault in ("samples", "contains a word twice", "benchmark: only", "annotators: union"):
        assert fault in said, fault


def test_of_a_list_the_faulty_items_are_named_alone():
    assert refused(LEAST + 'layout.video = ["/x/{name}"]\n').count("layout.video") == 1


def test_of_many_faults_ten_are_worded_and_the_keys_looked_up_once(monkeypatch):
    worded, looked_up = [], []
    reason, keys = reading._reason, reading._keys
    monkeypatch.setattr(reading, "_reason", lambda *said: worded.append(said) or reason(*said))
    monkeypatch.setattr(reading, "_keys", lambda: looked_up.append(1) or keys())
    said = refused(LEAST + "".join(f"k{number} = 1\n" for number in range(5_000)))
    assert "and 4990 more; valid keys: schema, id" in said
    assert "benchmark" not in said
    assert (len(worded), len(looked_up)) == (10, 1)


@pytest.mark.parametrize("title", ["MELD", "me-ld", "ｍｅｌｄ", "CMU-MOSI", "OV-MERD+"])
def test_a_built_in_name_is_no_title(title):
    assert "is the name of a built-in data set" in refused(LEAST.replace("My clips", title))


@pytest.mark.parametrize(
    ("word", "fault"),
    [
        (" ", "not a word"),
        ("a\\u200b", "not a word"),
        ("1", "is a number"),
        ("-0", "is a number"),
        ("a,b", "several labels"),
        ("don't", "several labels"),
        ("a|b", "several labels"),
    ],
)
def test_a_class_is_a_word_that_an_answer_can_name(word, fault):
    assert fault in refused(BASIC.replace(" angry", word))


@pytest.mark.parametrize("identifier", ["meld", "chsims", "ovmerdplus", "mosi", "mer2025"])
def test_a_built_in_name_in_any_spelling_is_refused(identifier):
    assert "is the name of a built-in data set" in refused(LEAST.replace("mine", identifier, 1))


def test_a_million_classes_are_refused_quickly():
    words = ", ".join(f'"w{number}"' for number in range(1_000_000))
    assert "KiB" in refused(BASIC.partition("classes")[0] + f"classes = [{words}]\n")
    words = ", ".join(f'"w{number}"' for number in range(50_000))
    assert "classes" in refused(BASIC.partition("classes")[0] + f"classes = [{words}]\n")


def test_classes_and_annotators_fit_the_kind():
    assert "needs classes" in refused(BASIC.partition("classes")[0])
    assert "contains a word twice" in refused(BASIC.replace(" angry", "CALM"))
    assert "annotators: union gives several labels" in refused(BASIC + 'annotators = "union"\n')
    assert "cannot be joined" in refused(LEAST.replace("fine-grained", "sentiment") + 'annotators = "majority"\n')


def test_odd_text_is_shown_in_one_line():
    assert parse(LEAST.replace("My clips", "My\\u001b[31m\\nclips")).title == "My\\x1b[31m clips"


@pytest.mark.parametrize("pattern", ["^(?P<unit>.*)_", "^.*(?=_)", "^dia[0-9]+"])
def test_a_unit_is_the_group_or_the_whole_match(pattern):
    task = parse(f"{LEAST}cluster = '{pattern}'\n")
    assert [task.cluster_of(name) for name in ("dia1_utt0", "dia1_utt1", "dia20_utt0")] == ["dia1", "dia1", "dia20"]
