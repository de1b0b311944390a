"""A store that tests share: it never comes to hold what most of them do not look at."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

import pyoxigraph as ox

from pan2kg.graph.graph import Graph
from pan2kg.store.store import LocalStore, Result, needs

_MAKING: Final = Lock()


@dataclass(frozen=True, slots=True)
class StoreApart(LocalStore):
    """What waits is added to another store, beside this one, which answers whatever may see it. A store of a program's
    own is completed by the first such query, and answers all others more slowly from then on: links
    of works that share something are more than all that is stated. Programs end; tests go on beside
    each other."""

    made: list[LocalStore] = field(default_factory=list, repr=False, compare=False)

    @property
    def inner(self) -> ox.Store:
        return self.whole().held

    def whole(self) -> LocalStore:
        with _MAKING:
            if not self.made:
                self.made.append(LocalStore(ox.Store()))
                self.made[0].held.bulk_extend(self.held)
                for _, add in self.waiting:
                    add(self.made[0])
        return self.made[0]

    def complete(self) -> None:
        raise AssertionError("This store is shared and stays as it is: open one of your own.")

    def query(self, text: str) -> Result:
        needed = needs(text)
        is_more = any(needed is None or not rules.isdisjoint(needed) for rules, _ in self.waiting)
        return self.whole().query(text) if is_more else LocalStore.query(self, text)


def apart(graph: Graph) -> Graph:
    held = graph.held
    return Graph(
        graph.project,
        StoreApart(held.held, held.waiting),
        language=graph.language,
        as_of=graph.as_of,
    )
