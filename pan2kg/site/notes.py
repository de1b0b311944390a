"""The notes of a page: on what its statements rest, numbered, and listed at its end.

What a page shows names its grounds (:class:`~pan2kg.graph.statements.Grounds`). Before a section is
written, :meth:`Notes.number` gives each of them its number, in the order in which they are listed.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pan2kg.graph import labels
from pan2kg.graph.statements import Grounds
from pan2kg.i18n import SOURCE_LANGUAGE, Language, Messages
from pan2kg.site.page import Markup, PageContext, piece
from pan2kg.templates import markup
from pan2kg.turtle.vocabulary import path_of

_BADGES = {
    "stated": "declared",
    "derived": "inferred",
    "rule": "inferred",
    "unverified": "unverified",
}
"""The classes of badges, by certainty."""
_PAGE = Messages("page")


class Mark(NamedTuple):
    """What stands beside a statement: the number of its note, the class of the badge, its words, and all as HTML."""

    number: int
    badge: str
    words: str
    html: Markup


class RuleText(NamedTuple):
    """The sentence that says what a rule derives, and its language where that is not the page's."""

    words: str
    language: str


class Note(NamedTuple):
    """A note in the list of a page: a file with its documents, or a rule with its sentence.

    ``address`` leads to the explanation of a rule that the page of meanings has.
    """

    mark: Mark
    place: str
    rule: RuleText
    address: str
    documents: Sequence[Markup]


class Notes:
    """The numbered notes of a page; unless it ``is_marked``, another document lists them and no marks are shown."""

    def __init__(self, context: PageContext, *, is_marked: bool = True) -> None:
        self.context = context
        self.is_marked = is_marked
        self.marks: dict[Grounds, Mark] = {}

    def number(self, grounds_in_order: Iterable[Grounds]) -> None:
        """Give the next numbers to those of these grounds that have none yet."""
        for grounds in grounds_in_order:
            self.mark(grounds)

    def mark(self, grounds: Grounds) -> Mark:
        """The mark of these grounds, which get the next number if they have none yet."""
        if grounds not in self.marks:
            number = len(self.marks) + 1
            words = self.context.t(f"certainty-{grounds.certainty or 'none'}")
            badge = _BADGES.get(grounds.certainty, "none")
            html = markup("")
            if self.is_marked:
                html = piece("mark")(f"#basis-{number}", badge, words, number)
            self.marks[grounds] = Mark(number, badge, words, html)
        return self.marks[grounds]

    def in_order(self) -> list[Note]:
        """The notes by their numbers."""
        return [self._note(grounds, mark) for grounds, mark in self.marks.items()]

    def _note(self, grounds: Grounds, mark: Mark) -> Note:
        context = self.context
        documents = [context.link(source) for source in grounds.sources]
        if grounds.certainty == "rule":
            name = grounds.graph.rpartition("/")[2]
            address = ""
            if name in context.graph.rules:
                address = context.href(f"meaning.html#rule-{name}")
            return Note(mark, name, rule_text(context, name), address, documents)
        path = path_of(grounds.graph)
        file = f"{path}.ttl" if path.startswith("ontology/") else f"graph/{path}.ttl"
        return Note(mark, file, RuleText("", ""), "", documents)


def rule_text(context: PageContext, name: str) -> RuleText:
    """What a rule derives, in words; empty where nothing says it.

    For a rule that derives links the scheme of link types says it. For another rule of the program
    a message says it in each language; one that a project added or changed says it in its file.
    """
    language = context.language
    link_kind = context.graph.link_kinds.get(name)
    if link_kind:
        definition = labels.best(link_kind.definitions, language)
        return RuleText(definition.text, context.foreign_language(definition.language))
    in_file = context.graph.rules.get(name, "")
    in_program = _program_rule(name, SOURCE_LANGUAGE)
    if in_file and in_file != in_program:
        return RuleText(in_file, context.foreign_language(SOURCE_LANGUAGE))
    return RuleText(_program_rule(name, language), "")


def _program_rule(name: str, language: Language) -> str:
    key = f"rule-{name}"
    return _PAGE.template(key, language) if _PAGE.has(key) else ""
