"""The peak memory of a program: `python -m tests.peak FILE MODULE arguments…` runs a module and writes it down.

With `getrusage`, Linux passes the peak of a process on to the program it starts: a test that ran after a greedy one
would be blamed for it. What the kernel keeps for an address space (VmHWM) begins anew with each program.
"""

import re
import runpy
import sys
from pathlib import Path


def peak_kib() -> int:
    """Peak resident memory of this process in KiB since its program began."""
    return int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))[1])


if __name__ == "__main__":
    told, module = sys.argv[1:3]
    sys.argv[:] = sys.argv[2:]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        Path(told).write_text(str(peak_kib()))
