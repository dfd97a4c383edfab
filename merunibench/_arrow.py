"""Arrow without pandas: what it imports by itself, scoring does not need."""

import sys


class _NoPandas:
    """An import finder that reports pandas as missing."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        """Report pandas as missing, and leave everything else to other finders."""
        if name == "pandas":
            raise ImportError(name)


def spare_pandas() -> None:
    """Keep Arrow from importing pandas, which scoring does not use and which takes a fifth of a second to import.

    Arrow looks for pandas once, when it first converts a Python value, to recognise its types. If pandas is not found,
    Arrow continues without it, and still imports it later for a conversion to pandas.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.scalar(0)
    finally:
        sys.meta_path.remove(finder)
