"""Obligations: by when, who answers them, with what margin, and what cannot be said."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from pan2kg.coherence import evidence, use_matrix
from pan2kg.coherence.standing import Standing

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?")
"""Years and months, as in « P1Y6M »."""

ANSWERING = frozenset(
    {"implements", "prepares-implementation-of", "supports-transposition-of", "transposes"}
)
"""The relations to an instrument that answer what it requires: to monitor, name or promote a text answers nothing."""


class Obligation(NamedTuple):
    """What an instrument requires by a day; ``due`` is empty where no whole day is known.

    Under a treaty (``needs_ratification``) nothing is due before ``ratified``. ``since`` is the day
    of the instrument, before which it required nothing. An obligation that recurs falls due again
    ``every`` so many months after ``due``, its first due date; 0 for one that does not. ``kind``
    and ``force`` are keys of the schemes, ``provision`` is what says so, ``national`` a country's
    record of it. ``by_law`` says whether an act that carries out the whole instrument answers it,
    as of a duty to transpose, and not of one to report. ``country`` is that of the holder.
    ``is_recorded`` is False where no country said that it is its own, so that nothing is known of
    what was done about it, and the holder is derived or unknown. What is not known is empty.
    """

    iri: str
    instrument: str
    due: date | None
    holder: str = ""
    needs_ratification: bool = False
    ratified: date | None = None
    since: date | None = None
    every: int = 0
    kind: str = ""
    force: str = ""
    provision: str = ""
    national: str = ""
    by_law: bool = True
    country: str = ""
    is_recorded: bool = True

    def binds(self, on: date) -> bool:
        """Whether it binds on a day: under a treaty only from the day that was ratified."""
        return not self.needs_ratification or (self.ratified is not None and self.ratified <= on)

    def occurrences(self) -> Iterator[date]:
        """The days on which it falls due, the first one first, up to the year 9999; one that recurs has many.

        A day that a month does not have falls on its last: after a 29 February comes the 28th.
        """
        if self.due is None:
            return
        yield self.due
        passed = self.every
        while self.every > 0:
            years, month = divmod(self.due.month - 1 + passed, 12)
            year = self.due.year + years
            if year > date.max.year:
                return
            yield date(year, month + 1, min(self.due.day, monthrange(year, month + 1)[1]))
            passed += self.every

    def around(self, on: date) -> tuple[date | None, date | None]:
        """The last day it fell due before a day, and the next from that day on; None where there is none."""
        before = None
        for day in self.occurrences():
            if day >= on:
                return before, day
            before = day
        return before, None


class Response(NamedTuple):
    """What answers an obligation: a national act with its days, or an action with the end of its timeline.

    ``day`` is the one a duty names: of an act the day it came into force, where that is not known
    the day it bears (``signed``). It is empty where the source gives no whole day. Whether
    ``relation`` answers a duty is for :func:`margins` to say. ``level`` says on whose word;
    ``country`` whose act or plan it is, empty where not known.
    """

    work: str
    instrument: str
    day: date | None
    is_act: bool
    relation: str = "implements"
    signed: date | None = None
    level: evidence.Level | None = None
    country: str = ""


class Margin(NamedTuple):
    """An obligation with what answers it, and ``touching``, what rests on the same instrument without answering.

    ``standing`` is one of those said of a duty. ``margin`` = day of the answer − due date, in days:
    above 0 is late. ``overdue`` = as-of date − due date where nothing dated answers, the due date
    has passed and an answer was looked for, else None: what is not due yet, and what nobody looked
    for, is not late by 0 days. Of an obligation that recurs, ``obligation.due`` is the occurrence
    the row speaks of, ``last`` the day it was due last and ``coming`` the next.
    """

    obligation: Obligation
    standing: Standing
    margin: int | None
    response: Response | None
    responses: tuple[Response, ...]
    overdue: int | None
    as_of: date
    touching: tuple[Response, ...] = ()
    last: date | None = None
    coming: date | None = None

    @property
    def is_looked_for(self) -> bool:
        """Whether a country recorded that the duty is its own, so that its answer would have been seen."""
        return self.obligation.is_recorded

    @property
    def met(self) -> Standing:
        """How it stands by acts alone: only an act in force meets what an instrument requires; a plan intends to."""
        due = self.obligation.due
        if self.standing is Standing.DAY_UNKNOWN or due is None:
            return Standing.DAY_UNKNOWN
        if self.response is not None and self.response.is_act and self.margin is not None:
            return self.standing
        return _unanswered(due, self.as_of, is_looked_for=self.is_looked_for)

    @property
    def is_unanswered(self) -> bool:
        """Whether its day has passed, an answer was looked for, and none was seen, dated or not."""
        return self.overdue is not None and self.response is None


class Unanswered(NamedTuple):
    """How many duties are past their day without an answer, of how many of which one was looked for."""

    number: int
    looked_for: int


def unanswered(margins: Iterable[Margin]) -> Unanswered:
    """The one count of duties without an answer, for every page, table and file that tells it.

    Of what no country recorded nobody knows whether it was answered: it is in neither number.
    """
    looked_for = [margin for margin in margins if margin.is_looked_for]
    return Unanswered(sum(margin.is_unanswered for margin in looked_for), len(looked_for))


def whole_months(text: str) -> int:
    """The months of a duration in years and months; 0 of what is none.

    >>> whole_months("P3Y"), whole_months("P1Y6M"), whole_months("soon")
    (36, 18, 0)
    """
    match = _DURATION.fullmatch(text)
    return int(match[1] or 0) * 12 + int(match[2] or 0) if match else 0


def whole_day(text: str) -> date | None:
    """The day a text gives; None of a month, a year or a day there is not.

    >>> whole_day("2021-12-17"), whole_day("2021-12"), whole_day("2021-02-30")
    (datetime.date(2021, 12, 17), None, None)
    """
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def margins(
    uses: use_matrix.Uses,
    obligations: Iterable[Obligation],
    responses: Iterable[Response],
    *,
    as_of: date,
) -> evidence.Measured[Margin]:
    """How each obligation stands, what answers it, and with what margin; by due date, then IRI.

    What a duty names is the day national rules come into force, so that is compared with the due
    date. The earliest national act in force by ``as_of`` answers first; else the action of a plan
    whose own dated timeline ends first. An act or a plan of another country answers nothing. Only a
    response whose relation is one of :data:`ANSWERING` answers; others are kept apart, and so is
    what carries out an instrument as a whole where the obligation is not one that law meets: a
    report, a plan, a notification. « Vague »: only actions without a date answer. Where nothing
    answers, a duty is not yet due up to its day, that day too; from the next it is overdue, but
    unread where no country recorded it or no action at all was annotated with an instrument. Of an
    obligation that recurs, each act meets one occurrence, in time from the day after the one before
    was due, else late up to the day the next is due. A row speaks of the occurrence due last, and
    of the next once that one was met in time or where none was due yet. « Day unknown »: no whole
    day, or a treaty not ratified by ``as_of``, under which nothing is ever overdue. Ties go to the
    IRI that sorts first. An instrument that is younger than ``as_of`` requires nothing yet and is
    left out; that a plan has ended takes no answer away.

    Source: this project's definition; dates as in the European Legislation Identifier
        (eli:first_date_entry_in_force).
    """
    every = list(responses)
    rows = []
    for duty in obligations:
        if duty.since is not None and duty.since > as_of:
            continue
        concerning = [response for response in every if _may_answer(response, duty)]
        doing = {
            (response.work, response.day): response
            for response in concerning
            if response.relation in ANSWERING
        }
        answers = list(doing.values()) if duty.by_law else []
        works = {response.work for response in answers}
        touching = {
            response.work: response for response in concerning if response.work not in works
        }
        margin = _margin(uses, duty, answers, as_of)
        rows.append(margin._replace(touching=tuple(touching[work] for work in sorted(touching))))
    rows.sort(
        key=lambda row: (row.obligation.due or date.max, row.obligation.iri, row.obligation.holder)
    )
    return evidence.Measured(replace(uses.basis, as_of=as_of), tuple(rows))


def _may_answer(response: Response, duty: Obligation) -> bool:
    """Whether it is about the same instrument, and not an act or plan of another country."""
    is_abroad = response.country and duty.country and response.country != duty.country
    return response.instrument == duty.instrument and not is_abroad


def _margin(
    uses: use_matrix.Uses, obligation: Obligation, answers: list[Response], as_of: date
) -> Margin:
    """A duty with what answers it; of one that recurs, the occurrence of which the row speaks."""
    duty = obligation
    last = None
    coming = None
    if duty.due is not None and duty.every > 0 and duty.binds(as_of):
        last, coming = duty.around(as_of)
        turn = _turn(duty, answers, as_of)
        duty = duty._replace(due=turn.due)
        answers = [answer for answer in answers if turn.allows(answer)]
    usable = [answer for answer in answers if not answer.is_act or _is_in_force(answer, as_of)]
    usable.sort(
        key=lambda answer: (
            not answer.is_act,
            answer.day is None,
            answer.day or date.max,
            answer.work,
        )
    )
    first = usable[0] if usable else None
    outcome = _outcome(duty, first, as_of, is_annotated=uses.basis.annotated > 0)
    return Margin(
        duty,
        outcome.standing,
        margin=outcome.margin,
        response=first,
        responses=tuple(usable),
        overdue=outcome.overdue,
        as_of=as_of,
        last=last,
        coming=coming,
    )


class _Outcome(NamedTuple):
    """How a duty stands, by how many days its answer is late, and since how many days it waits for one."""

    standing: Standing
    margin: int | None = None
    overdue: int | None = None


def _outcome(
    duty: Obligation, answer: Response | None, as_of: date, *, is_annotated: bool
) -> _Outcome:
    """How a duty stands on a day by the answer that comes first; ``is_annotated`` if any action has an instrument."""
    if duty.due is None or not duty.binds(as_of):
        return _Outcome(Standing.DAY_UNKNOWN)
    if answer is not None and answer.day is not None:
        days = (answer.day - duty.due).days
        return _Outcome(Standing.LATE if days > 0 else Standing.IN_TIME, margin=days)
    if answer is not None:
        standing = Standing.VAGUE
    else:
        is_looked_for = duty.is_recorded and is_annotated
        standing = _unanswered(duty.due, as_of, is_looked_for=is_looked_for)
    is_waiting = duty.is_recorded and duty.due < as_of
    return _Outcome(standing, overdue=(as_of - duty.due).days if is_waiting else None)


def _is_in_force(act: Response, as_of: date) -> bool:
    # an act answers from its date on; an action may plan for later, or say nothing of when
    return act.day is not None and act.day <= as_of


def _unanswered(due: date, as_of: date, *, is_looked_for: bool) -> Standing:
    """How a duty without a dated answer stands: its day is to come, nothing was seen, or nobody looked."""
    if as_of <= due:
        return Standing.NOT_YET_DUE
    return Standing.OVERDUE if is_looked_for else Standing.UNREAD


class _Turn(NamedTuple):
    """The occurrence of a duty that recurs of which a row speaks, and the day after which its answers lie."""

    due: date
    after: date | None

    def allows(self, answer: Response) -> bool:
        """Whether an answer may be one to this occurrence: it is dated after the one before, or not at all."""
        return self.after is None or answer.day is None or answer.day > self.after


def _turn(duty: Obligation, answers: list[Response], as_of: date) -> _Turn:
    """The occurrence a row speaks of on a day.

    An act that met one occurrence late does not meet the next as well.
    """
    acts = sorted(
        answer.day
        for answer in answers
        if answer.is_act and answer.day is not None and answer.day <= as_of
    )
    turns = []
    for day in duty.occurrences():
        turns.append(day)
        if day >= as_of:
            break
    after = None
    for due, following in pairwise(turns):
        acts = [day for day in acts if after is None or day > after]
        met = acts[0] if acts and acts[0] <= following else None
        if following >= as_of and (met is None or met > due):
            return _Turn(due, after)
        after = max(due, met) if met else due
    return _Turn(turns[-1], after)
