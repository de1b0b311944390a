"""How far decisions can be relied on: controls that are planted, and second readers.

A control joins the words of one candidate with the target of another, so that it is wrong; who
accepts it did not look. A second reader decides again on a tenth of what was decided, and on all
whose target follows from a rule. Neither changes the graph.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from random import Random
from typing import NamedTuple

from pan2kg.coherence import agreement
from pan2kg.review.decision import Candidate, Held, part_key
from pan2kg.review.journal import Readings
from pan2kg.turtle.vocabulary import key, link_iri

ONE_IN = 20
"""One in so many that are shown is a control, where controls are wanted."""
SHARE = 0.1
"""The share of what was decided that a second reader decides again."""


def with_controls(
    waiting: Sequence[Candidate], listed: Sequence[Candidate], met: Collection[str]
) -> list[Candidate]:
    """What waits with one planted among each twenty: words of one candidate with the target of another.

    It follows from ``listed``, all candidates in their order, so that it is the same whenever the
    desk is opened; what somebody has ``met``, by key, is not planted again. Its key tells nobody
    that it is a control.
    """
    # of few the one in the middle
    hosts = listed[min(ONE_IN // 2, len(listed) // 2) :: ONE_IN - 1]
    planted = {}
    for host in hosts:
        targets = _wrong_targets(host, listed)
        if targets:
            planted[host.key] = _control(host, targets)
    queue = []
    for candidate in waiting:
        control = planted.get(candidate.key)
        if control and control.key not in met:
            queue.append(control)
        queue.append(candidate)
    return queue


def _wrong_targets(host: Candidate, listed: Sequence[Candidate]) -> list[str]:
    """The targets of other candidates of its kind, by IRI, that nobody proposes for the same work."""
    start, _ = host.ends
    targets = set()
    proposed = set()
    for rival in listed:
        work, target = rival.ends
        if work == start:
            proposed.add(target)
        if rival.is_part == host.is_part and target.startswith("http"):
            targets.add(target)
    return sorted(targets - proposed)


def _control(host: Candidate, targets: Sequence[str]) -> Candidate:
    start, _ = host.ends
    target = Random(host.key).choice(targets)  # noqa: S311 - the same whenever it is asked for
    control = replace(host, ends=(start, target), remarks=(), is_control=True)
    if host.is_part:
        identifier = part_key(start, target, host.relation)
    else:
        identifier = key(link_iri(control.type, start, target, relation=host.relation))
    return replace(control, key=identifier)


def for_second_reader(decided: Sequence[Candidate]) -> list[Candidate]:
    """A tenth of what was decided, by lot, and all that is derived.

    The lot is drawn from the keys, so that it is the same for all.
    """
    by_lot = sorted(decided, key=lambda candidate: sha256(candidate.key.encode()).digest())
    drawn = {candidate.key for candidate in by_lot[: round(SHARE * len(decided))]}
    return [candidate for candidate in decided if candidate.is_derived or candidate.key in drawn]


class Rating(NamedTuple):
    """Who decided, and how: ``accepted`` or ``rejected``."""

    reviewer: str
    status: str


class Disagreement(NamedTuple):
    """A candidate that was decided otherwise by a second reader; the ``first`` decision holds."""

    candidate: Candidate
    first: Rating
    second: Rating


class Agreement(NamedTuple):
    """How far second readers agree: how much both read, Krippendorff's alpha, None where it has no value.

    ``apart`` is what they decided otherwise.
    """

    both: int
    alpha: float | None
    apart: list[Disagreement]

    @classmethod
    def between(
        cls,
        listed: Iterable[Candidate],
        decisions: Iterable[Held],
        second: Readings,
    ) -> "Agreement":
        """The agreement of decisions that hold with ``second`` readings, by key of the candidate and reader.

        Nobody is compared with himself; what is no longer among the candidates ``listed`` is left out.
        """
        ratings = {
            verdict.matter: Rating(verdict.reviewer, verdict.status) for verdict in decisions
        }
        by_key = {candidate.key: candidate for candidate in listed}
        first_ratings = []
        second_ratings = []
        apart = []
        for (name, reader), status in second.items():
            candidate = by_key.get(name)
            first = ratings.get(candidate.matter) if candidate else None
            if candidate is None or first is None or first.reviewer == reader:
                continue
            first_ratings.append(float(first.status == "accepted"))
            second_ratings.append(float(status == "accepted"))
            if first.status != status:
                apart.append(Disagreement(candidate, first, Rating(reader, status)))
        alpha = None
        if first_ratings:
            alpha = agreement.alpha([first_ratings, second_ratings], agreement.ScaleLevel.NOMINAL)
        return cls(len(first_ratings), alpha, apart)
