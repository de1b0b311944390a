"""How like one another titles are, by the runs of characters they share.

Similar titles are no source of links: among five that are nearest, hardly one is a link that is
known. They only put what a person is looking for near the beginning of a list.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Titles:
    """Titles to be put in order: the weights of their runs as a sparse matrix, in the order of titles.

    A title is the vector of its runs of 3 to 5 characters with weights tf · (ln((1 + N)/(1 + df)) +
    1) over these N titles; similarity is the cosine. Case makes no difference. It is made once for
    a list, and asked for each title that is looked for: that is one product of the matrix with a
    vector.

    Source: the weighting of Salton, G. and Buckley, C. (1988), Term-weighting approaches in
    automatic text retrieval, with the smoothed idf that is usual for short texts.
    """

    number: Mapping[str, int]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    weight: NDArray[np.float64]
    weighed: NDArray[np.float64]
    lengths: NDArray[np.float64]

    @classmethod
    def read(cls, titles: Sequence[str]) -> "Titles":
        """The weights of a list of titles, which are asked for by their places in it."""
        number: dict[str, int] = {}
        rows = []
        columns = []
        frequency = []
        for row, title in enumerate(titles):
            for run, count in _runs(title).items():
                rows.append(row)
                columns.append(number.setdefault(run, len(number)))
                frequency.append(count)
        row_of = np.array(rows, dtype=np.intp)
        column_of = np.array(columns, dtype=np.intp)
        titles_with_run = np.bincount(column_of, minlength=len(number))
        weight = np.log((1 + len(titles)) / (1 + titles_with_run)) + 1
        weighed = np.array(frequency, dtype=np.float64) * weight[column_of]
        lengths = np.sqrt(np.bincount(row_of, weighed**2, len(titles)))
        return cls(number, row_of, column_of, weight, weighed, lengths)

    def nearest(self, title: str, most: int | None = None) -> list[int]:
        """The places of the titles, the most similar first; ``most`` of them, or all.

        >>> Titles.read(["Acheter durable", "Formation des juges", "Juger"]).nearest("Former les juges")
        [1, 2, 0]
        """
        of_title = np.zeros(len(self.number))
        for run, count in _runs(title).items():
            if run in self.number:
                of_title[self.number[run]] = count * self.weight[self.number[run]]
        size = len(self.lengths)
        shared = np.bincount(self.rows, self.weighed * of_title[self.columns], minlength=size)
        # the length of the title asked for is the same for all: it changes no order
        likeness = np.divide(shared, self.lengths, out=np.zeros(size), where=self.lengths > 0)
        return [int(place) for place in np.argsort(-likeness, kind="stable")[:most]]


_RUN_SIZES = (3, 4, 5)


@lru_cache(maxsize=1 << 8)  # of a plan they are compared with those of each plan it meets
def _runs(title: str) -> Counter[str]:
    words = f" {' '.join(title.casefold().split())} "
    runs = Counter[str]()
    for size in _RUN_SIZES:
        runs.update(words[at : at + size] for at in range(len(words) - size + 1))
    return runs
