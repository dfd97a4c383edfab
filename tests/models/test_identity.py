"""Which weights and which libraries; and that asking for the list of models loads none of them."""

import subprocess
import sys

from merunibench.hub import folder_hash, versions


def test_a_folder_is_its_files_not_its_place(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / ".cache").mkdir(parents=True)
        (tmp_path / name / "config.json").write_text("{}")
        (tmp_path / name / "model.safetensors").write_bytes(bytes(5 << 20))
        (tmp_path / name / "README.md").write_text(name)
        (tmp_path / name / ".cache" / "x").write_text(name)
    one, two = tmp_path / "one", tmp_path / "two"
    assert folder_hash(one) == folder_hash(two)
    with (two / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\1")
    assert folder_hash(one) != folder_hash(two)
    (one / "config.json").write_text("{ }")
    assert folder_hash(one) != folder_hash(two)


def test_versions_of_what_is_there():
    found = versions("numpy", "no-such-package")
    assert list(found) == ["numpy"]


def test_the_list_of_models_loads_no_model_library():
    code = (
        "import sys, merunibench.models, merunibench.models.registry as registry; registry.entries(); "
        "print(sorted({'torch', 'transformers', 'av', 'openai', 'PIL'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
