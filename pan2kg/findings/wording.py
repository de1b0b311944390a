"""The words findings are put in: what things and days are called, who is addressed until when, and quotations.

:mod:`pan2kg.findings.brief` writes findings with them. All is said in the language of the graph.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from pan2kg.charts.subject import Subject
from pan2kg.coherence import bodies, evidence
from pan2kg.coherence.known import Known
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Messages, format_day, format_of
from pan2kg.store import program_query
from pan2kg.tables import figure_words

WORDS = Messages("brief")
MOST_QUOTATIONS = 2
"""How many quotations a finding has at most."""
LEADING = frozenset({"lead", "responsible"})
"""The roles in a work by which a body is addressed about it."""


# What things are called


def called(graph: Graph, iri: str) -> str:
    """The short name of a thing in the language of the graph, that of a plan as pictures have it."""

    def name() -> str:
        if iri in graph.known().tables.works.plans:
            return Subject(graph).brief(iri)
        return graph.labels.brief(iri, graph.language).text

    return graph.once(("called in briefs", graph.language, iri), name)


def joined(graph: Graph, words: Iterable[str]) -> str:
    """Words one after the other, with the semicolon of the language between them."""
    return format_of("semicolon", graph.language).join(words)


def listed(graph: Graph, iris: Iterable[str]) -> str:
    """The short names of things one after the other."""
    return joined(graph, [called(graph, iri) for iri in iris])


def level_name(graph: Graph, level: evidence.Level | None) -> str:
    """What a level of evidence is called; empty where there is none."""
    return figure_words.named(level).say(graph.language) if level else ""


def extent_name(graph: Graph, extent: evidence.Extent) -> str:
    """How far something was read, in words."""
    return figure_words.named(extent).say(graph.language)


# Who is addressed about a plan, and until when


ByEnd = Mapping[str, list[bodies.Involvement]]
"""The involvements of bodies that count at a level, by one of their two ends."""


def involvements_by_work(graph: Graph, level: evidence.Level) -> ByEnd:
    """The involvements that count at a level, by the work a body takes part in."""
    return graph.once(
        ("involvements by work", level),
        lambda: _by_end(graph, level, lambda involvement: involvement.work),
    )


def involvements_by_body(graph: Graph, level: evidence.Level) -> ByEnd:
    """The involvements that count at a level, by the body that takes part."""
    return graph.once(
        ("involvements by body", level),
        lambda: _by_end(graph, level, lambda involvement: involvement.body),
    )


def _by_end(
    graph: Graph, level: evidence.Level, end_of: Callable[[bodies.Involvement], str]
) -> ByEnd:
    by_end: dict[str, list[bodies.Involvement]] = {}
    for involvement in graph.involvements:
        if evidence.counts(involvement.level, level):
            by_end.setdefault(end_of(involvement), []).append(involvement)
    return by_end


def leading(graph: Graph, level: evidence.Level, plan: str) -> tuple[str, ...]:
    """The bodies, by IRI, that lead a plan or are responsible for it, in order."""
    leads = set()
    for involvement in involvements_by_work(graph, level).get(plan, ()):
        if involvement.roles & LEADING:
            leads.add(involvement.body)
    return tuple(sorted(leads))


def addressee(graph: Graph, addressed: Iterable[str]) -> str:
    """The short names of the bodies addressed, by IRI; in words where nobody is known."""
    return listed(graph, addressed) or WORDS.say("addressee-unknown", graph.language)


def until(graph: Graph, plan: str) -> str:
    """By when a plan can be changed: before its period ends, or that it has ended, and when.

    Where no end is known it is the next edition.
    """
    end = graph.period(plan).until
    year = end[:4]
    if not year.isdecimal():
        return WORDS.say("until-edition", graph.language)
    # an end may be a day, a month or a year, and lasts to its last day
    today = graph.as_of.isoformat()
    if end < today[: len(end)]:
        return WORDS.say("until-ended", graph.language, year=year)
    return WORDS.say("until-period", graph.language, year=year)


# Quotations


class QuotedWords(NamedTuple):
    """Words that show something to hold, and the name of the document they stand in."""

    words: str
    document: str


def quotations(graph: Graph, links: Iterable[str]) -> tuple[QuotedWords, ...]:
    """Up to :data:`MOST_QUOTATIONS` quotations of links, by IRI, each with the name of its document."""

    def gather() -> dict[str, list[QuotedWords]]:
        by_link: dict[str, list[QuotedWords]] = {}
        for link, quote, document in sorted(graph.read(program_query("findings/quotations"))):
            by_link.setdefault(link, []).append(QuotedWords(quote, document))
        return by_link

    by_link = graph.once("quotations by link", gather)
    distinct: dict[str, QuotedWords] = {}
    for link in dict.fromkeys(links):
        for quote, document in by_link.get(link, ()):
            # one sentence is often quoted twice, with other marks between its parts
            letters = "".join(filter(str.isalnum, quote))
            distinct.setdefault(letters, QuotedWords(quote, graph.label(document)))
    return tuple(distinct.values())[:MOST_QUOTATIONS]


# The day a plan was adopted, and who says otherwise


def adopted(graph: Graph, known: Known, plan: str) -> str:
    """The day of a plan in words, with what is said against it; or the years it may be of."""
    dates = known.tables.dates.get(plan)
    issued = dates.issued if dates else None
    if issued is None:
        return WORDS.say("day-unknown", graph.language)
    if issued.first != issued.last:
        return "–".join(str(year) for year in sorted({issued.first.year, issued.last.year}))
    day = format_day(issued.first, graph.language)
    spellings = [issued.first.isoformat()]
    for language in LANGUAGES:
        spellings.append(_with_plain_spaces(format_day(issued.first, language)))
    disputing = [position.quoted(graph) for position in _disputing(graph, plan, spellings)]
    if not disputing:
        return day
    others = joined(graph, dict.fromkeys(disputing))
    return WORDS.say("day-disputed", graph.language, day=day, others=others)


def _with_plain_spaces(text: str) -> str:
    return text.replace("\xa0", " ")


class _Position(NamedTuple):
    """What a source says where several contradict each other: its text in each language it has."""

    texts: dict[str, str]

    def says(self, spellings: Iterable[str]) -> bool:
        """Whether it says a day, in one of the ways it is spelled."""
        return any(day in text for day in spellings for text in self.texts.values())

    def quoted(self, graph: Graph) -> str:
        """Its text in quotation marks, in the language of the graph if it has that, else English, else any."""
        for language in (graph.language, "en", *self.texts):
            if language in self.texts:
                break
        return WORDS.say("quoted", graph.language, words=self.texts[language])


def _disputing(graph: Graph, plan: str, spellings: Iterable[str]) -> Iterator[_Position]:
    """The positions that give a plan another day than the one spelled.

    A recorded conflict about the plan is one about its day where a position of it says that day.
    """
    for positions in _conflicts(graph, plan):
        differing = [position for position in positions if not position.says(spellings)]
        if len(differing) < len(positions):
            yield from differing


def _conflicts(graph: Graph, plan: str) -> Iterator[list[_Position]]:
    """The positions of each recorded conflict about a plan."""
    conflicts: dict[str, dict[str, _Position]] = {}
    rows = graph.read(program_query("findings/conflicts"))
    for concerned, conflict, iri, language, text in rows:
        if concerned == plan:
            positions = conflicts.setdefault(conflict, {})
            position = positions.setdefault(iri, _Position({}))
            position.texts[language] = _with_plain_spaces(text)
    for positions in conflicts.values():
        yield [*positions.values()]
