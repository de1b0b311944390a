"""Lists in the order of similar titles: how much two share of their runs of three to five characters.

Similar titles are no source of links: among five that are nearest, hardly one is a link that is known. They only put
what a person is looking for near the beginning of a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

RUNS: Final = (3, 4, 5)
"""Of how many characters the runs are that are compared."""


def nearest(title: str, titles: Sequence[str]) -> list[int]:
    """The places of some titles, the most similar to ``title`` first; those equally near stay in their order.

    >>> nearest("Former les juges", ["Acheter durable", "Formation des juges", "Juger"])
    [1, 2, 0]
    >>> nearest("Former", [])
    []
    """
    return Titles.read(titles).nearest(title)


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles to be put in order: the weights of their runs as a sparse matrix, in the order of titles.

    A title is the vector of its runs of characters with weights tf · (ln((1 + N)/(1 + df)) + 1) over these N titles;
    similarity is the cosine. Case makes no difference. It is made once for a list, and asked for each title that is
    looked for: that is one product of the matrix with a vector.

    Source: the weighting of Salton, G. and Buckley, C. (1988), Term-weighting approaches in automatic text retrieval,
    with the smoothed idf that is usual for short texts.
    """

    number: Mapping[str, int]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    weight: NDArray[np.float64]
    weighed: NDArray[np.float64]
    lengths: NDArray[np.float64]

    @classmethod
    def read(cls, titles: Sequence[str]) -> Titles:
        """The titles of a list."""
        runs_of = [_runs(title) for title in titles]
        number = {run: place for place, run in enumerate(dict.fromkeys(run for runs in runs_of for run in runs))}
        rows = np.array([row for row, runs in enumerate(runs_of) for _ in runs], dtype=np.intp)
        columns = np.array([number[run] for runs in runs_of for run in runs], dtype=np.intp)
        counts = np.array([count for runs in runs_of for count in runs.values()], dtype=np.float64)
        spread = np.bincount(columns, minlength=len(number))
        weight = np.log((1 + len(titles)) / (1 + spread)) + 1
        weighed = counts * weight[columns]
        return cls(number, rows, columns, weight, weighed, np.sqrt(np.bincount(rows, weighed**2, len(titles))))

    def nearest(self, title: str, most: int | None = None) -> list[int]:
        """The places of the titles, the most similar first; ``most`` of them, or all.

        >>> Titles.read(["Acheter durable", "Formation des juges", "Juger"]).nearest("Former les juges", 2)
        [1, 2]
        """
        of_title = np.zeros(len(self.number))
        for run, count in _runs(title).items():
            if run in self.number:
                of_title[self.number[run]] = count * self.weight[self.number[run]]
        shared = np.bincount(self.rows, self.weighed * of_title[self.columns], minlength=len(self.lengths))
        likeness = np.divide(shared, self.lengths, out=np.zeros(len(self.lengths)), where=self.lengths > 0)
        return [int(place) for place in np.argsort(-likeness, kind="stable")[:most]]


def _runs(title: str) -> Counter[str]:
    """The runs of a title, which begins and ends with a blank."""
    words = f" {' '.join(title.casefold().split())} "
    return Counter(words[at : at + size] for size in RUNS for at in range(len(words) - size + 1))
