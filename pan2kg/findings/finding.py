"""What a project finds: something owed or promised, what is recorded of it, and what falls next.

Each kind of finding is a query (:mod:`pan2kg.findings.kinds`). :func:`read_findings` runs all of
them over a graph as of its day, keeps the rows that can be told, and puts them in order. A finding
is known by its key – kind, subject and object –, which neither its words nor its grounds change.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.findings.kinds import CountedDays, FindingKind, read_kinds
from pan2kg.findings.sentences import SEPARATOR, Narrator, Row, UnknownValueError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.store import plain, program_query, select
from pan2kg.store.query_text import with_prefixes
from pan2kg.turtle.vocabulary import ID, key

MOST = 5
"""How many findings stand on a page at most."""
NEAR_MONTHS = 24
"""Months ahead within which a day comes before everything else, the soonest first."""
LEAST_POPULATION = 5
"""Of fewer things looked at, no finding says what it did not see."""
_UNVERIFIED = f"{ID}certainty/unverified"
_DERIVED = f"{ID}certainty/derived"
_DATE = re.compile(r'"\$(?P<form>today|year)(?P<months>[+-]\d+)?m?"')
"""A day of a query: ``"$today"``, ``"$today-12m"``, ``"$year"``."""


class FindingGround(NamedTuple):
    """A statement a finding rests on: its IRI, whether the editors concluded it, and the passages quoted for it."""

    iri: str
    is_derived: bool
    passages: tuple["QuotedPassage", ...]


class QuotedPassage(NamedTuple):
    """Words that show a statement to hold, and the IRI of the document they stand in."""

    words: str
    document: str


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """A finding: what its query gave, on what it rests, who is to act and when.

    ``occasion`` is the next day something can be done, as year, month or day, empty where none is
    known. ``about`` are the IRIs of the things on whose pages it stands.
    """

    kind: FindingKind
    key: str
    row: Row
    subject: str
    addressees: tuple[str, ...]
    occasion: str
    grounds: tuple[FindingGround, ...]
    about: frozenset[str]

    def words(self, graph: Graph) -> str:
        """The sentence in the language of the graph, else in the first language that has a name for everything."""
        return self._said(graph).words

    def language(self, graph: Graph) -> Language:
        """The language in which :meth:`words` says it."""
        return self._said(graph).language

    def _said(self, graph: Graph) -> "SaidSentence":
        return graph.once(("finding", self.key, graph.language), lambda: _say(graph, self))


class SaidSentence(NamedTuple):
    """A sentence and its language."""

    words: str
    language: Language


@dataclass(frozen=True)
class Findings:
    """The findings of a graph in order, and how many rows were left out for each reason."""

    rows: tuple[PolicyFinding, ...]
    left_out: Mapping[str, int]

    def of(self, thing: str) -> tuple[PolicyFinding, ...]:
        """Those that stand on the page of a thing, by IRI."""
        return tuple(finding for finding in self.rows if thing in finding.about)

    def of_any(self, things: Iterable[str]) -> tuple[PolicyFinding, ...]:
        """Those that stand on the page of one of several things."""
        wanted = frozenset(things)
        return tuple(finding for finding in self.rows if wanted & finding.about)


def read_findings(graph: Graph) -> Findings:
    """What a graph finds as of its day, in order: what falls due soon first, then by the rank of the kinds.

    Raises:
        QueryError: the file of a kind is none, or its query is no SPARQL.

    >>> from pan2kg import open_graph
    >>> findings = read_findings(open_graph())
    >>> keys = [finding.key for finding in findings.rows]
    >>> len(set(keys)) == len(keys) > 0
    True
    """
    return graph.once(("findings", graph.as_of), lambda: _read_findings(graph))


def _read_findings(graph: Graph) -> Findings:
    grounds = _read_grounds(graph)
    left_out: Counter[str] = Counter()
    findings: dict[str, PolicyFinding] = {}
    told: set[tuple[str, str, str]] = set()
    for kind in read_kinds(graph.project):
        candidates = _Candidates.read(graph, kind, grounds)
        for row in candidates.rows:
            reason = next((name for name, holds in _REASONS.items() if holds(candidates, row)), "")
            finding = _finding(graph, candidates, row)
            merged = (kind.name, _text(row, kind.merge), finding.occasion)
            if not reason and (finding.key in findings or (kind.merge and merged in told)):
                reason = "told-already"
            if not reason and not _can_be_said(graph, finding):
                reason = "no-name"
            if reason:
                left_out[reason] += 1
                continue
            told.add(merged)
            findings[finding.key] = finding
    horizon = _shifted(graph.as_of, NEAR_MONTHS).isoformat()
    today = graph.as_of.isoformat()

    def place(finding: PolicyFinding) -> tuple[bool, str, int, str, str]:
        is_near = today <= finding.occasion <= horizon
        day = finding.occasion if is_near else ""
        return (
            not is_near,
            day,
            finding.kind.rank,
            _reversed_digits(finding.occasion),
            finding.key,
        )

    return Findings(tuple(sorted(findings.values(), key=place)), left_out)


def _reversed_digits(day: str) -> str:
    """A day such that later ones sort first."""
    return day.translate(str.maketrans("0123456789", "9876543210"))


# The rows of a kind, and why one is left out


@dataclass(frozen=True)
class _Candidates:
    """The rows of a kind, those its ``refute`` withdraws, and what all statements rest on."""

    kind: FindingKind
    rows: tuple[Row, ...]
    refuted: tuple[Row, ...]
    grounds: "_GroundsByStatement"

    @classmethod
    def read(cls, graph: Graph, kind: FindingKind, grounds: "_GroundsByStatement") -> "_Candidates":
        """Run the queries of a kind: each once, not once a row."""
        rows = _run(graph, kind.query)
        if kind.population:
            rows = _joined(rows, _run(graph, kind.population))
        if kind.days:
            rows = [_with_days(row, kind.days) for row in rows]
        refuted = _run(graph, kind.refute) if kind.refute else []
        return cls(kind, tuple(rows), tuple(refuted), grounds)

    def of_row(self, row: Row) -> tuple[FindingGround, ...]:
        """The statements a row rests on."""
        return tuple(self.grounds.ground(iri) for iri in _iris(row, self.kind.ground))


def _is_refuted(candidates: _Candidates, row: Row) -> bool:
    return any(_agree(row, refuting) for refuting in candidates.refuted)


def _has_no_ground(candidates: _Candidates, row: Row) -> bool:
    iris = _iris(row, candidates.kind.ground)
    return not iris or any(iri in candidates.grounds.unverified for iri in iris)


def _is_ours_alone(candidates: _Candidates, row: Row) -> bool:
    """Whether all it rests on was concluded by the editors, without words of anybody."""
    grounds = candidates.of_row(row)
    return all(ground.is_derived and not ground.passages for ground in grounds)


def _has_few_looked_at(candidates: _Candidates, row: Row) -> bool:
    return bool(candidates.kind.population) and int(_text(row, "n") or 0) < LEAST_POPULATION


_REASONS: Mapping[str, Callable[[_Candidates, Row], bool]] = {
    "refuted": _is_refuted,
    "no-ground": _has_no_ground,
    "ours-alone": _is_ours_alone,
    "few-looked-at": _has_few_looked_at,
}
"""Why a row is left out; the first reason that holds is counted."""


def _run(graph: Graph, query: str) -> list[Row]:
    """The rows of a query, days put in, without what is not bound."""
    text = _DATE.sub(lambda match: _date_literal(match, graph.as_of), query)
    solutions = select(graph.store, with_prefixes(text, graph.prefixes))
    rows: list[Row] = []
    for values in solutions.rows:
        pairs = zip(solutions.columns, values, strict=True)
        rows.append({name: value for name, value in pairs if value is not None})
    return rows


def _date_literal(match: re.Match[str], as_of: date) -> str:
    day = _shifted(as_of, int(match["months"] or 0)).isoformat()
    return f'"{day[:4] if match["form"] == "year" else day}"'


def _shifted(day: date, months: int) -> date:
    """The day so many months later, at most the 28th.

    >>> _shifted(date(2026, 12, 31), -12)
    datetime.date(2025, 12, 28)
    """
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, min(day.day, 28) if months else day.day)


def _joined(rows: Iterable[Row], counted: Iterable[Row]) -> list[Row]:
    """The rows with the number looked at, from a row that agrees with them in what both bind."""
    numbers = list(counted)
    joined = []
    for row in rows:
        number = next((one for one in numbers if _agree(row, one)), None)
        joined.append({**row, **number} if number else row)
    return joined


def _with_days(row: Row, days: CountedDays) -> Row:
    """A row with the days from one of its days to another, where both are known to the day."""
    try:
        since = date.fromisoformat(_text(row, days.since))
        until = date.fromisoformat(_text(row, days.until))
    except ValueError:
        return row
    return {**row, days.variable: ox.Literal((until - since).days)}


def _agree(row: Row, other: Row) -> bool:
    """Whether a row has all that the other one has, but for the number looked at."""
    return all(row.get(name) == value for name, value in other.items() if name != "n")


def _text(row: Row, variable: str) -> str:
    value = row.get(variable)
    return "" if value is None else plain(value)


def _iris(row: Row, variables: Iterable[str]) -> list[str]:
    """The things some variables of a row hold, each once."""
    iris: dict[str, None] = {}
    for variable in variables:
        for iri in _text(row, variable).split(SEPARATOR):
            if iri:
                iris[iri] = None
    return list(iris)


# A row as a finding


def _finding(graph: Graph, candidates: _Candidates, row: Row) -> PolicyFinding:
    kind = candidates.kind
    subject = _text(row, kind.subject)
    named = [variable for variable in (kind.subject, kind.object) if variable]
    addressees = _addressees(graph, kind, row)
    about = {*_iris(row, [*named, *kind.about]), *addressees}
    # what concerns an action concerns its plan
    about |= {graph.homes[thing] for thing in about if thing in graph.homes}
    return PolicyFinding(
        kind=kind,
        key=":".join([kind.name, *(_key(iri) for iri in _iris(row, named))]),
        row=row,
        subject=subject,
        addressees=addressees,
        occasion=_text(row, kind.occasion),
        grounds=candidates.of_row(row),
        about=frozenset(about),
    )


def _key(iri: str) -> str:
    """What a thing is called within the key of a finding.

    >>> _key("https://w3id.org/pan2kg/id/plan/lu-bhr-2"), _key("http://data.europa.eu/eli/dir/2019/1937/oj")
    ('lu-bhr-2', 'eli-dir-2019-1937-oj')
    """
    _, eli, path = iri.partition("/eli/")
    return f"eli-{path.replace('/', '-')}" if eli else key(iri)


def _addressees(graph: Graph, kind: FindingKind, row: Row) -> tuple[str, ...]:
    """The bodies of the first variable that names one, under which they live today."""
    for variable in kind.addressee:
        bodies = _iris(row, [variable])
        if bodies:
            return tuple(dict.fromkeys(heir for body in bodies for heir in _living(graph, body)))
    return ()


def _living(graph: Graph, body: str) -> Iterator[str]:
    """What took over a body, over any number of changes, and was taken over by nobody; else the body itself."""
    taken_over = {earlier for _, earlier in graph.earlier_bodies}
    heirs = [later for later, earlier in graph.earlier_bodies if earlier == body]
    living = [heir for heir in heirs if heir not in taken_over]
    yield from living or [body]


@dataclass(frozen=True)
class _GroundsByStatement:
    """What is known of statements: which were concluded, which nobody verified, and the passages of each."""

    derived: frozenset[str]
    unverified: frozenset[str]
    passages: Mapping[str, tuple[QuotedPassage, ...]]

    def ground(self, iri: str) -> FindingGround:
        return FindingGround(iri, iri in self.derived, self.passages.get(iri, ()))


def _read_grounds(graph: Graph) -> _GroundsByStatement:
    passages: dict[str, list[QuotedPassage]] = {}
    for statement, quote, document in graph.read(program_query("findings/quotations")):
        passages.setdefault(statement, []).append(QuotedPassage(quote, document))
    certainties = graph.read(program_query("findings/certainties"))
    return _GroundsByStatement(
        derived=frozenset(thing for thing, certainty in certainties if certainty == _DERIVED),
        unverified=frozenset(thing for thing, certainty in certainties if certainty == _UNVERIFIED),
        passages={statement: tuple(quoted) for statement, quoted in passages.items()},
    )


# The words of a finding


def _say(graph: Graph, finding: PolicyFinding) -> SaidSentence:
    """The sentence in the language of the graph, else in the first in which everything has a name.

    Raises:
        UnknownValueError: in no language everything has a name.
    """
    lacking = ""
    for language in dict.fromkeys((graph.language, *LANGUAGES)):
        sentence = finding.kind.sentences.get(language)
        if sentence is None:
            continue
        try:
            words = Narrator(graph.spoken(language)).say(sentence, finding.row)
        except UnknownValueError as error:
            lacking = str(error)
        else:
            return SaidSentence(words, language)
    raise UnknownValueError(lacking)


def _can_be_said(graph: Graph, finding: PolicyFinding) -> bool:
    try:
        finding.words(graph)
    except UnknownValueError:
        return False
    return True
