"""Lists in the order of similar titles: how much two share of their runs of three to five characters.

Similar titles are no source of links: among five that are nearest, hardly one is a link that is known. They only put
what a person is looking for near the beginning of a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

RUNS: Final = (3, 4, 5)
"""Of how many characters the runs are that are compared."""


def nearest(title: str, titles: Sequence[str]) -> list[int]:
    """The places of some titles, the most similar to ``title`` first; those equally near stay in their order.

    A title is the vector of its runs of characters with weights tf · (ln((1 + N)/(1 + df)) + 1) over the N ``titles``;
    similarity is the cosine. Case makes no difference.

    Source: the weighting of Salton, G. and Buckley, C. (1988), Term-weighting approaches in automatic text retrieval,
    with the smoothed idf that is usual for short texts.

    >>> nearest("Former les juges", ["Acheter durable", "Formation des juges", "Juger"])
    [1, 2, 0]
    >>> nearest("Former", [])
    []
    """
    if not titles:
        return []
    wanted, others = _runs(title), [_runs(other) for other in titles]
    number = {run: place for place, run in enumerate(dict.fromkeys(run for runs in others for run in runs))}
    rows = np.array([row for row, runs in enumerate(others) for _ in runs], dtype=np.intp)
    columns = np.array([number[run] for runs in others for run in runs], dtype=np.intp)
    counts = np.array([count for runs in others for count in runs.values()], dtype=np.float64)
    spread = np.bincount(columns, minlength=len(number))
    weight = np.log((1 + len(titles)) / (1 + spread)) + 1
    of_title = np.zeros(len(number))
    for run, count in wanted.items():
        if run in number:
            of_title[number[run]] = count * weight[number[run]]
    weighed = counts * weight[columns]
    lengths = np.sqrt(np.bincount(rows, weighed**2, minlength=len(titles)))
    shared = np.bincount(rows, weighed * of_title[columns], minlength=len(titles))
    likeness = np.divide(shared, lengths, out=np.zeros(len(titles)), where=lengths > 0)
    return [int(place) for place in np.argsort(-likeness, kind="stable")]


def _runs(title: str) -> Counter[str]:
    """The runs of a title, which begins and ends with a blank."""
    words = f" {' '.join(title.casefold().split())} "
    return Counter(words[at : at + size] for size in RUNS for at in range(len(words) - size + 1))
