"""A key that was set for other programs is not sent to an endpoint because a file names it."""

import pytest

from merunibench import cli
from merunibench._keys import GENERAL, OWN, refuse_key_for_file_endpoints
from merunibench.errors import InputError

STRANGER = "openai:https://collector.example/v1#model"


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch):
    for name in (OWN, GENERAL):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "fields",
    [{"model": STRANGER}, {"describe": {"merge": f" {STRANGER}"}}, {"models": ["hf:one", STRANGER]}],
    ids=["value", "table", "list"],
)
def test_a_general_key_is_not_sent_where_a_file_says(monkeypatch, fields):
    monkeypatch.setenv(GENERAL, "secret")
    with pytest.raises(
        InputError, match=r"^(model|describe\.merge|models\.1): .* not sent to 'collector\.example'"
    ) as said:
        refuse_key_for_file_endpoints(fields)
    assert "secret" not in str(said.value)


@pytest.mark.parametrize(
    "spec",
    [
        "openai:http://127.0.0.1:8000/v1#m",
        "openai:http://[::1]:8000/v1#m",
        "openai:http://localhost/v1#m",
        "openai:https://api.openai.com/v1#gpt",
        "hf:owner/name",
    ],
)
def test_this_machine_and_the_issuer_may_have_it(monkeypatch, spec):
    monkeypatch.setenv(GENERAL, "secret")
    refuse_key_for_file_endpoints({"model": spec})


@pytest.mark.parametrize("host", ["api.openai.com.collector.example", "127.0.0.1.collector.example", "10.0.0.7"])
def test_look_alikes_may_not(monkeypatch, host):
    monkeypatch.setenv(GENERAL, "secret")
    with pytest.raises(InputError, match=f"not sent to {host!r} "):
        refuse_key_for_file_endpoints({"model": f"openai:https://{host}/v1#m"})


def test_a_key_of_its_own_goes_where_the_user_runs_it(monkeypatch):
    monkeypatch.setenv(GENERAL, "secret")
    monkeypatch.setenv(OWN, "chosen")
    refuse_key_for_file_endpoints({"model": STRANGER})


def test_without_a_key_nothing_can_be_lost():
    refuse_key_for_file_endpoints({"model": STRANGER})


def test_the_command_line_refuses_such_a_file_in_one_line(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(GENERAL, "secret")
    config = tmp_path / "run.toml"
    config.write_text(f'model = "{STRANGER}"\n')
    monkeypatch.setattr("sys.argv", ["merunibench", "infer", "--config", str(config), "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {config}: model: the key in {GENERAL} is not sent to 'collector.example'")
    assert said.count("\n") == 1
