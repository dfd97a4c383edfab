"""A table of named things that can be added to: kinds of tasks, tasks, protocols."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Things by name, in the order in which they were registered.

    Args:
        what: What the things are, for messages: `protocol`.
        things: Those that are there from the start.
        name: The name of a thing.
    """

    def __init__(self, what: str, things: Iterable[T], name: Callable[[T], str]) -> None:
        self._what, self._name = what, name
        self._things = {name(thing): thing for thing in things}
        self._own = tuple(self._things.values())

    def __getitem__(self, name: str) -> T:
        return self._things[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    @property
    def is_changed(self) -> bool:
        """Whether it holds other things than from the start: only this process knows them."""
        return tuple(self._things.values()) != self._own

    def register(self, thing: T) -> T:
        """Add a thing and return it.

        Raises:
            ValueError: another one has its name.
        """
        name = self._name(thing)
        if name in self._things:
            raise ValueError(f"there is already a {self._what} called {name!r}")
        self._things[name] = thing
        return thing

    def unregister(self, name: str) -> None:
        """Remove a thing.

        Raises:
            KeyError: there is none of that name.
        """
        del self._things[name]
