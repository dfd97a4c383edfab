"""Large inputs: memory stays within bounds. Slow: `make test-slow`."""

import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MEASURED = """
import sys
from merunibench.evaluation import evaluate
from tests.peak import peak_kib
report = evaluate(sys.argv[1], sys.argv[2])
print(report["ovmerdplus"].samples, peak_kib())
"""


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "limit_gib"), [(1_000_000, 2), (10_000_000, 16)])
def test_memory(tmp_path, rows, limit_gib):
    words = ["happy", "sad", "furious", "calm", "scared", "proud", "bored", "xylophone"]
    for folder, column in (("truth", "label"), ("preds", "labels")):
        (tmp_path / folder).mkdir()
        schema = pa.schema({"name": pa.string(), column: pa.string()})
        with pq.ParquetWriter(tmp_path / folder / "ovmerdplus.parquet", schema) as writer:
            for start in range(0, rows, 500_000):
                numbers = range(start, start + 500_000)
                texts = [f"[{words[n % 7]}, {words[n % 5 + 3]}, word {n % 99_991}]" for n in numbers]
                writer.write_table(pa.table([[f"s{n:08d}" for n in numbers], texts], schema=schema))
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "preds"), str(tmp_path / "truth")]
    samples, peak = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert samples == rows
    assert peak < limit_gib * (1 << 20)
