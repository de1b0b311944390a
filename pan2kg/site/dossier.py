"""What a page begins with: in brief, in sentences with numbers; a picture; what to look at; the words it rests on.

The statements, and how a thing is cited and taken along, stand behind it. Numbers are those of what is known at the
headline level, so that a page says what the register of figures says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pan2kg.charts.registry import draw_on
from pan2kg.coherence.evidence import HEADLINE, Level
from pan2kg.site.basis import mark
from pan2kg.site.values import EVIDENCE, Quote, dated, quotes
from pan2kg.tables.figure_words import according_to
from pan2kg.tables.template import markup
from pan2kg.turtle.vocabulary import DCTERMS, PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.coherence.known import Known
    from pan2kg.report.brief import Advice
    from pan2kg.site.page_context import PageContext

ANCHORS: Final = frozenset({"brief", "picture", "attention", "proofs"})
"""The places every dossier has, the picture where there is one."""
SHOWN: Final = 3
"""How many things to look at are told at once; the others are folded."""
QUOTED: Final = 3
"""How many passages stand as evidence; the others stand with the statements."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its number, which leads to the rows it counts; ``name`` is what tests and scripts call it.

    Where ``figure`` is empty nothing is counted, and the words stand alone.
    """

    name: str
    figure: str
    words: str
    address: str = ""

    @property
    def is_number(self) -> bool:
        """Whether something was counted, and not only looked for."""
        return self.figure[:1].isdigit()


@dataclass(frozen=True, slots=True)
class Proof:
    """A passage as evidence: what is said by it, the words, when its document was published or read, on whose word."""

    about: Markup
    quote: Quote
    day: str
    mark: Markup


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture with what it is called, by the id of its place on the page."""

    anchor: str
    title: str
    svg: Markup
    narrow: Markup | None = None
    """The same for a small screen, where it is drawn in another way there."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What stands before the statements of a thing. ``facts`` are told in a line: name and value."""

    facts: tuple[tuple[str, Markup | str], ...]
    brief: tuple[Sentence, ...]
    picture: Drawn | None
    attention: tuple[Advice, ...]
    proofs: tuple[Proof, ...]
    caption: str

    @property
    def first(self) -> tuple[Advice, ...]:
        """What to look at first."""
        return self.attention[:SHOWN]

    @property
    def more(self) -> tuple[Advice, ...]:
        """What else there is to look at, which is folded."""
        return self.attention[SHOWN:]


def dossier(
    context: PageContext,
    brief: Iterable[Sentence | None],
    *,
    facts: Iterable[tuple[str, Markup | str]] = (),
    picture: Drawn | None = None,
    attention: Iterable[Advice] = (),
    proofs: Sequence[Proof] = (),
    level: Level = HEADLINE,
) -> Dossier:
    """The parts of a dossier; sentences and facts that say nothing are left out."""
    return Dossier(
        tuple((name, value) for name, value in facts if value),
        tuple(one for one in brief if one),
        picture,
        tuple(attention),
        tuple(proofs),
        according_to(level).say(context.request.language),
    )


def said(context: PageContext, key: str, number: int, address: str, **values: object) -> Sentence:
    """A sentence about a number of things; nothing seen is told as that, and never as a zero."""
    figure = context.figure(number) if number else context.t("list-not-seen")
    return Sentence(key, figure, context.t(f"dossier-{key}", n=number, **values), address)


def counted(context: PageContext, key: str, number: int, address: str, **values: object) -> Sentence:
    """The same of a number of which zero is known to be zero."""
    return Sentence(key, context.figure(number), context.t(f"dossier-{key}", n=number, **values), address)


def picture_of(context: PageContext, name: str, title: str, **parameters: object) -> Drawn:
    """A picture at the headline level, under a heading."""
    subject = context.site_context.subject(context.request.language, context.picture_address)
    return Drawn("picture", context.t(title), markup(draw_on(subject, name, **parameters).svg))


def proofs(context: PageContext, said_by: Iterable[tuple[str, Markup, Level | None]]) -> tuple[Proof, ...]:
    """The first passages that were quoted for some statements, each of its words once.

    Each statement comes with what it says and the level it has.
    """
    found = list(_proofs(context, said_by))
    turn, counted_of = [], Counter[str]()
    for one in found:
        turn.append(counted_of[one.about])
        counted_of[one.about] += 1
    # first one passage of each thing, then a second one
    order = sorted(range(len(found)), key=lambda at: (turn[at], at))
    return tuple(found[at] for at in order[:QUOTED])


def settled(made: Dossier, anchors: AbstractSet[str]) -> Dossier:
    """A dossier whose sentences lead to nothing that does not stand on the page."""
    brief = tuple(
        one if not one.address.startswith("#") or one.address[1:] in anchors else replace(one, address="")
        for one in made.brief
    )
    return replace(made, brief=brief)


def _proofs(context: PageContext, said_by: Iterable[tuple[str, Markup, Level | None]]) -> Iterable[Proof]:
    statements, seen = context.graph.statements, set[str]()
    for iri, about, level in said_by:
        for passage in statements.values(iri, EVIDENCE):
            documents = statements.values(passage, f"{PAN}inDocument")
            day = next((day for one in documents if (day := _day(context, one))), "")
            for quote in quotes(context, [passage]):
                words = "".join(filter(str.isalnum, quote.words))
                if words not in seen:
                    seen.add(words)
                    yield Proof(about, quote, day, mark(context, level))


def _day(context: PageContext, document: str) -> str:
    """When a document was published, else when it was read; empty where neither is known."""
    statements = context.graph.statements
    for name, key in ((f"{DCTERMS}issued", "published-on"), (f"{PAN}readOn", "read-on")):
        if day := statements.one(document, name):
            return context.t(f"dossier-{key}", day=dated(context, day))
    return ""


def listed(context: PageContext, things: Iterable[str], most: int = 3) -> str:
    """Some things by their short names, and how many more there are; empty for none."""
    found = list(things)
    names = ", ".join(context.called(one) for one in found[:most])
    return context.t("dossier-and-more", names=names, n=len(found) - most) if len(found) > most else names


def homes(known: Known, works: Iterable[str]) -> set[str]:
    """The plans of some works."""
    return {plan for work in works if (plan := known.tables.works.plan(work))}
