"""An extensible table of named objects: kinds of tasks, tasks, protocols."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Objects by name, in the order in which they were registered.

    Args:
        what: Noun for the objects in messages, such as `protocol`.
        things: The initial objects.
        name: Returns the name of an object.
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
        """Whether it differs from the initial objects; changes are only known to this process."""
        return tuple(self._things.values()) != self._own

    def register(self, thing: T) -> T:
        """Add an object and return it.

        Raises:
            ValueError: the name is already registered.
        """
        name = self._name(thing)
        if name in self._things:
            raise ValueError(f"there is already a {self._what} called {name!r}")
        self._things[name] = thing
        return thing

    def unregister(self, name: str) -> None:
        """Remove an object.

        Raises:
            KeyError: there is no object of that name.
        """
        del self._things[name]
