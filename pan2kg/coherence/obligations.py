"""Obligations: by when, who answers them, with what margin, and what cannot be said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from pan2kg.coherence.basis import Measured
from pan2kg.coherence.uses import Uses

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

ANSWERING: Final = frozenset({"implements", "prepares-implementation-of", "supports-transposition-of", "transposes"})
"""The relations to an instrument that answer what it requires: to monitor, name or promote a text answers nothing."""


class Standing(StrEnum):
    """What can be said of an obligation."""

    ON_TIME = "on time"
    LATE = "late"
    UNCOVERED = "uncovered"
    VAGUE = "vague"
    DUE_UNKNOWN = "due unknown"
    NOT_ASSESSED = "not assessed"


@dataclass(frozen=True, slots=True)
class Obligation:
    """What an instrument requires by a day; ``due`` is empty where no whole day is known.

    Under a treaty (``needs_ratification``) nothing is due before ``ratified``.
    """

    iri: str
    instrument: str
    due: date | None
    holder: str = ""
    needs_ratification: bool = False
    ratified: date | None = None

    def binds(self, on: date) -> bool:
        """Whether the obligation stands on a day.

        >>> Obligation("o", "p29", date(2020, 1, 1), needs_ratification=True).binds(date(2030, 1, 1))
        False
        """
        return not self.needs_ratification or (self.ratified is not None and self.ratified <= on)


@dataclass(frozen=True, slots=True)
class Response:
    """What answers an obligation: a national act with its date, or an action with the end of its timeline.

    ``day`` is empty where the source gives no whole day: a year, a month or words are no date. ``relation`` is what
    the work does with the instrument; whether that answers a duty is for :func:`margins` to say.
    """

    work: str
    instrument: str
    day: date | None
    is_act: bool
    relation: str = "implements"


@dataclass(frozen=True, slots=True)
class Margin:
    """An obligation with what answers it, and ``touching``, what rests on the same instrument without answering.

    ``margin`` = day of the answer − due date, in days: above 0 is late. ``overdue`` = as-of date − due
    date where nothing dated answers and the due date has passed, else 0.
    """

    obligation: Obligation
    standing: Standing
    margin: int | None
    response: Response | None
    responses: tuple[Response, ...]
    overdue: int
    as_of: date
    touching: tuple[Response, ...] = ()


def whole_day(text: str) -> date | None:
    """A whole day, or None for a year, a month, words or an impossible day.

    >>> whole_day("2021-12-17"), whole_day("2021-12"), whole_day("as soon as possible"), whole_day("2021-02-30")
    (datetime.date(2021, 12, 17), None, None, None)
    """
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def margins(
    uses: Uses,
    obligations: Iterable[Obligation],
    responses: Iterable[Response],
    *,
    as_of: date,
    answering: Collection[str] = ANSWERING,
) -> Measured[Margin]:
    """Each obligation as on time, late, uncovered, vague, due unknown, or not assessed.

    The earliest national act dated up to ``as_of`` answers first; else the action of a plan whose own dated
    timeline ends first. Only a response whose relation is one of ``answering`` answers; an action that monitors,
    names or promotes the instrument is kept apart. « Vague »: only actions without a date answer. « Uncovered »:
    nothing answers, said only where at least one action was annotated with an instrument; else « not assessed ».
    « Due unknown »: no whole day, or a treaty not ratified by ``as_of``, under which nothing is ever overdue. Ties
    go to the IRI that sorts first. By due date, then IRI.

    Source: this project's definition; dates as in the European Legislation Identifier (eli:date_document).

    >>> from pan2kg.coherence.uses import uses_of
    >>> duty = Obligation("o", "dir-2019-1937", date(2021, 12, 17))
    >>> law = Response("lu-loi-2023-05-16", "dir-2019-1937", date(2023, 5, 16), is_act=True)
    >>> uses = uses_of([("a", "dir-2019-1937")], {"a": "p"})
    >>> [(row.standing.value, row.margin) for row in margins(uses, [duty], [law], as_of=date(2024, 1, 1))]
    [('late', 515)]
    """
    known = list(responses)
    doing = list({(r.work, r.instrument, r.day): r for r in known if r.relation in answering}.values())
    rows = (
        replace(_margin(uses, one, [r for r in doing if r.instrument == one.instrument], as_of),
                touching=_touching(one, known, doing))
        for one in obligations
    )  # fmt: skip
    ordered = sorted(rows, key=lambda row: (row.obligation.due or date.max, row.obligation.iri))
    return Measured(replace(uses.basis, as_of=as_of), tuple(ordered))


def _touching(one: Obligation, known: Iterable[Response], doing: Iterable[Response]) -> tuple[Response, ...]:
    """What rests on the instrument without answering: each work once, by IRI."""
    answers = {r.work for r in doing if r.instrument == one.instrument}
    rest = {r.work: r for r in known if r.instrument == one.instrument and r.work not in answers}
    return tuple(rest[work] for work in sorted(rest))


def planned(uses: Uses) -> list[tuple[str, str]]:
    """Every (action, instrument) of the actions that belong to a plan: what a review reports answers nothing."""
    pairs = zip(uses.table.rows.tolist(), uses.table.columns.tolist(), strict=True)
    return [(uses.actions[a], uses.instruments[i]) for a, i in pairs if uses.has_plan(a)]


def _margin(uses: Uses, one: Obligation, known: list[Response], as_of: date) -> Margin:
    usable = sorted((r for r in known if _counts(r, as_of)), key=_rank)
    answer = usable[0] if usable else None
    if one.due is None or not one.binds(as_of):
        return Margin(one, Standing.DUE_UNKNOWN, None, answer, tuple(usable), 0, as_of)
    if answer is not None and answer.day is not None:
        days = (answer.day - one.due).days
        standing = Standing.LATE if days > 0 else Standing.ON_TIME
        return Margin(one, standing, days, answer, tuple(usable), 0, as_of)
    nothing = Standing.UNCOVERED if uses.basis.annotated else Standing.NOT_ASSESSED
    standing = Standing.VAGUE if answer else nothing
    return Margin(one, standing, None, answer, tuple(usable), max((as_of - one.due).days, 0), as_of)


def _counts(response: Response, as_of: date) -> bool:
    """An act answers from its date on; an action may plan for later, or say nothing of when."""
    return not response.is_act or (response.day is not None and response.day <= as_of)


def _rank(response: Response) -> tuple[bool, bool, date, str]:
    return not response.is_act, response.day is None, response.day or date.max, response.work
