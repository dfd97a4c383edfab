"""Words in one Arrow array, to look up, match and count a million of them at once."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa


class Words(Sequence[str]):
    """A sequence of words (`str`) in an Arrow array, for fast look-up of a million words.

    Attributes:
        array: The words in UTF-8, shape (V,): `large_binary`, since Arrow's text cannot contain lone surrogates.
    """

    def __init__(self, array: "pa.Array") -> None:
        self.array = array

    @classmethod
    def of(cls, words: Sequence[str]) -> "Words":
        """Convert the given words to this form."""
        import pyarrow as pa

        if isinstance(words, Words):
            return words
        return cls(pa.array([word.encode("utf-8", "surrogatepass") for word in words], pa.large_binary()))

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return (word.decode("utf-8", "surrogatepass") for word in self.array.to_numpy(zero_copy_only=False))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Words": ...
    def __getitem__(self, index: int | slice) -> "str | Words":
        if isinstance(index, slice):
            return Words(self.array[index])
        word: bytes = self.array[int(index)].as_py()
        return word.decode("utf-8", "surrogatepass")

    def take(self, positions: npt.NDArray[np.integer[Any]]) -> "Words":
        """Return the words at the given positions, in that order."""
        import pyarrow as pa

        return Words(self.array.take(pa.array(positions)))

    def positions_in(self, words: "Words") -> npt.NDArray[np.int32]:
        """Return the position of each of these words in `words`, which are distinct; -1 if it is absent, shape (V,)."""
        import pyarrow.compute as pc

        positions: npt.NDArray[np.int32] = np.array(pc.index_in(self.array, value_set=words.array).fill_null(-1))
        return positions

    def equal(self, word: str) -> npt.NDArray[np.bool_]:
        """Return which of the words equal `word`, shape (V,)."""
        return self.positions_in(Words.of([word])) >= 0

    def containing(self, characters: str) -> npt.NDArray[np.bool_]:
        """Return which of the words contain any of the given ASCII characters, shape (V,)."""
        return self.matching(f"[{re.escape(characters)}]")

    def matching(self, pattern: str) -> npt.NDArray[np.bool_]:
        """Return which of the words match a regular expression (RE2, on bytes), shape (V,)."""
        import pyarrow.compute as pc

        return np.array(pc.match_substring_regex(self.array, pattern), dtype=np.bool_)


def unify(vocabularies: Sequence[Words]) -> tuple[Words, list[npt.NDArray[np.int32]]]:
    """Return the distinct words of several vocabularies in order, and the positions of each vocabulary's words."""
    import pyarrow as pa

    encoded = pa.concat_arrays([words.array for words in vocabularies]).dictionary_encode()
    ends = np.cumsum([len(words) for words in vocabularies])
    return Words(encoded.dictionary), np.split(encoded.indices.to_numpy(), ends[:-1])
