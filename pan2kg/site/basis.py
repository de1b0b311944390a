"""On what statements and figures of a page rest: a note for each file and rule, and the level of evidence shown.

A page shows figures of the headline level unless its address asks for another, and then says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level
from pan2kg.coherence.known import Known, basis_line
from pan2kg.graph.statements import Grounds, Statement, grounds_of
from pan2kg.i18n.catalogue import SOURCE_LANGUAGE, Messages
from pan2kg.site.choice import EVIDENCE, level_in
from pan2kg.site.page_context import PageContext, piece
from pan2kg.tables.figure_words import according_to, basis_words, named
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import path_of

if TYPE_CHECKING:
    from markupsafe import Markup


NOTHING: Final = markup("")
_PAGE: Final = Messages("page")

Say = Callable[..., str]
"""Says words of the interface, as :meth:`~pan2kg.site.page_context.PageContext.t` does."""
_BADGES: Final = {"stated": "declared", "derived": "inferred", "rule": "inferred", "unverified": "unverified"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands beside a statement: the number of its note, the class of the badge, and the certainty in a word."""

    number: int
    badge: str
    words: str

    def written(self, t: Say) -> Markup:
        """The mark as a page shows it, with the space before it."""
        return piece("mark")(self.number, self.badge, self.words, t)


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its number, badge and certainty; the file or rule; what the rule derives; the documents read.

    ``language`` is that of the rule's summary where it is not the page's.
    """

    mark: Mark
    place: str
    summary: str
    language: str
    documents: tuple[Markup, ...]


@dataclass(frozen=True)
class Notes:
    """The notes of one page, numbered as they are first needed."""

    context: PageContext
    numbers: dict[Grounds, Mark] = field(default_factory=dict)
    known: dict[tuple[str, str], Mark] = field(default_factory=dict)

    def mark(self, statement: Statement) -> Mark:
        """The mark of a statement."""
        at = statement.thing, statement.graph
        if at not in self.known:
            self.known[at] = self.need(grounds_of(self.context.graph.statements, statement))
        return self.known[at]

    @property
    def needed(self) -> tuple[Grounds, ...]:
        """What needed a note, in the order of their numbers."""
        return tuple(self.numbers)

    def need(self, grounds: Grounds) -> Mark:
        """The mark of what rests on some grounds."""
        if grounds not in self.numbers:
            words = self.context.t(f"certainty-{grounds.certainty or 'none'}")
            badge = _BADGES.get(grounds.certainty, "none")
            self.numbers[grounds] = Mark(len(self.numbers) + 1, badge, words)
        return self.numbers[grounds]

    def listed(self) -> list[Note]:
        """The notes in the order of their numbers."""
        return [self._note(grounds, mark) for grounds, mark in self.numbers.items()]

    def _note(self, grounds: Grounds, mark: Mark) -> Note:
        documents = tuple(map(self.context.link, grounds.sources))
        if grounds.certainty != "rule":
            return Note(mark, file_of(grounds.graph), "", "", documents)
        name = grounds.graph.rpartition("/")[2]
        summary, language = rule_words(self.context, name)
        return Note(mark, name, summary, language, documents)


def file_of(graph: str) -> str:
    """The file a named graph is, as a path in the project.

    >>> file_of("https://data.example/graph/plans/be-bhr-1/plan"), file_of("http://e/graph/ontology/schemes/role")
    ('graph/plans/be-bhr-1/plan.ttl', 'ontology/schemes/role.ttl')
    """
    path = path_of(graph)
    return f"{path}.ttl" if path.startswith("ontology/") else f"graph/{path}.ttl"


def rule_words(context: PageContext, name: str) -> tuple[str, str]:
    """What a rule derives, in words, with their language where it is not the page's.

    A rule somebody changed is told in its own words: our translation holds only for what it was made from.
    """
    own, language, key = context.graph.rules.get(name, ""), context.request.language, f"rule-{name}"
    if not own or (_PAGE.has(key) and own == _PAGE.template(key, SOURCE_LANGUAGE)):
        return _PAGE.template(key, language) if _PAGE.has(key) else "", ""
    return own, "" if language == SOURCE_LANGUAGE else SOURCE_LANGUAGE


def shown(context: PageContext) -> Known:
    """What is known at the level the page shows."""
    return context.graph.known(level_in(context.request.arguments))


def handed(context: PageContext) -> dict[str, str]:
    """The level as an address hands it on: nothing where it is that of the headline."""
    found = level_in(context.request.arguments)
    return {} if found is HEADLINE else {EVIDENCE: found.key}


def options(context: PageContext) -> list[tuple[str, str]]:
    """The levels a reader can choose, from firm to weak, under what an address says."""
    language = context.request.language
    return [("" if one is HEADLINE else one.key, according_to(one).say(language)) for one in FIGURED]


def mark(context: PageContext, found: Level | None) -> Markup:
    """The mark of a level beside what has it; nothing for what is outside every figure."""
    return piece("level")(found.key, named(found).say(context.request.language)) if found else NOTHING


def basis(context: PageContext, made: Known) -> str:
    """On what the figures of a level rest, in one sentence."""
    return basis_words(basis_line(made), context.request.language)
