"""The dossier a page begins with: facts, sentences with numbers, a picture, what to look at, the words it rests on.

A module makes that of each kind: ``plan_dossier``, ``pair_dossier``, ``action_dossier``,
``body_dossier``, ``text_dossier`` and ``topic_dossier``. Here stand what a dossier consists of, and
what several of them say alike. Numbers are those of what is known at the headline level, so that a
page says what the register of figures says; only a pair of plans is shown at any level.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from pan2kg import templates
from pan2kg.charts.frame import Picture
from pan2kg.coherence import bodies, evidence, known, obligations
from pan2kg.coherence.citations import Occasion
from pan2kg.coherence.standing import Standing
from pan2kg.findings.brief import BriefFinding
from pan2kg.graph.plan_parts import natural
from pan2kg.graph.statements import Statements
from pan2kg.site import values
from pan2kg.site.page import Markup, PageContext
from pan2kg.store import plain
from pan2kg.turtle.vocabulary import DCTERMS, ID, PAN, kind_and_key

TYPE = DCTERMS + "type"
"""The property that says of which kind a body or a text is."""
_QUOTED = 3
"""How many passages stand as evidence; the others stand with the statements."""
_NAMED = 3
"""How many things a sentence names before it says how many more there are."""

Groups = dict[str, list[str]]
"""Addresses of things by what groups them, such as their plan, or the role of a body."""


# What a dossier consists of


class Fact(NamedTuple):
    """Something known of a thing that is told in a few words; these are empty where it is not known."""

    heading: str
    words: str


class Sentence(NamedTuple):
    """A sentence of a dossier: its words and the figure before them, which leads to the rows it counts."""

    figure: str
    words: str
    address: str
    is_number: bool


class Saying(NamedTuple):
    """A statement, its level, and of what it says something: a thing, or two, from which to which."""

    statement: str
    level: evidence.Level | None
    ends: tuple[str, ...]


class Passage(NamedTuple):
    """A passage that proves what a statement says of ``ends``, by the place of its words among its quotations.

    ``turn`` counts the passages on the same ends before it.
    """

    ends: tuple[str, ...]
    level: evidence.Level | None
    iri: str
    place: int
    turn: int


class Proof(NamedTuple):
    """Words that a dossier rests on: what they are about, when they were published or read, at which level."""

    about: Markup
    day: str
    quote: values.Quote
    mark: Markup


class DossierPicture(NamedTuple):
    """A picture with its title, and the place where it stands on the page."""

    anchor: str
    title: str
    drawing: Picture


class ListedGroup(NamedTuple):
    """Things that a page lists below a heading, by IRI."""

    heading: Markup
    things: Sequence[str]


class DossierList(NamedTuple):
    """What a page with a document beside it lists: the part of the page, how many things, and these by heading."""

    key: str
    number: int
    groups: Sequence[ListedGroup]


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a page begins with.

    ``caption`` says according to whom the numbers count that stand in the sentences of ``brief``;
    ``attention`` is what to look at, and ``proofs`` are the words that the statements rest on.
    """

    caption: str
    brief: Sequence[Sentence]
    attention: Sequence[BriefFinding]
    facts: Sequence[Fact] = ()
    picture: DossierPicture | None = None
    proofs: Sequence[Proof] = ()
    lists: Sequence[DossierList] = ()


# Facts, sentences and pictures


def known_facts(facts: Iterable[Fact]) -> list[Fact]:
    """Those of some facts that have words."""
    return [fact for fact in facts if fact.words]


def fact_of_kind(context: PageContext, thing: str) -> Fact:
    """Of which kind a body or a text is."""
    kinds = context.graph.statements.values(thing, TYPE)
    return Fact(context.t("script-network-kind"), context.links(kinds))


def sentence(
    context: PageContext,
    name: str,
    number: int,
    address: str = "",
    *,
    is_known: bool = False,
    **inserted: object,
) -> Sentence:
    """A sentence that counts, by the name of its message, which is filled in with the number and what is ``inserted``.

    A number of 0 is « not seen » unless it is known to be 0.
    """
    is_number = number > 0 or is_known
    figure = context.number(number) if is_number else context.t("list-not-seen")
    words = context.t(f"dossier-{name}", n=number, **inserted)
    if inserted.get("names") == "":  # where none is seen, no names follow the colon
        words = words.rstrip(": \u00a0\u202f")
    return Sentence(figure, words, address, is_number)


def remark(context: PageContext, name: str, address: str = "", **inserted: object) -> Sentence:
    """A sentence that counts nothing, by the name of its message."""
    words = context.t(f"dossier-{name}", **inserted)
    return Sentence("", words, address, is_number=False)


def first_names(context: PageContext, things: Iterable[str]) -> str:
    """The names of the first of these things, and how many more there are."""
    listed = list(things)
    names = ", ".join(context.brief_name(thing) for thing in listed[:_NAMED])
    if len(listed) <= _NAMED:
        return names
    return context.t("dossier-and-more", names=names, n=len(listed) - _NAMED)


def sentences_on_duties(
    context: PageContext,
    name: str,
    margins: Sequence[obligations.Margin],
    *,
    counts_late: bool = False,
) -> list[Sentence]:
    """How many duties there are, or how many of them are late; nothing where there is none."""
    if not margins:
        return []
    late = sum(margin.is_unanswered for margin in margins)
    unknown = 0
    for margin in margins:
        unknown += margin.met in (Standing.DAY_UNKNOWN, Standing.UNREAD)
    counted = sentence(
        context,
        name,
        late if counts_late else len(margins),
        context.href("obligations.html"),
        is_known=True,
        late=late,
        of=len(margins),
        unknown=unknown,
    )
    return [counted]


def sentence_on_missing(
    context: PageContext, name: str, missing: Counter[Standing], plan: str = ""
) -> Sentence:
    """How many citations are not seen: those that are absent, and those nobody looked for."""
    return sentence(
        context,
        name,
        missing.total(),
        "#attention",
        is_known=True,
        absent=missing[Standing.ABSENT],
        open=missing[Standing.UNREAD],
        plan=plan,
    )


def unseen_citations(occasions: Iterable[Occasion]) -> Iterator[Occasion]:
    """The occasions at which a citation was expected and none was seen."""
    for occasion in occasions:
        if occasion.is_expected and occasion.state is not Standing.STATED:
            yield occasion


def titled(
    context: PageContext, title: str, drawing: Picture | None, anchor: str = "picture"
) -> DossierPicture | None:
    """A picture below the title of a message; None where nothing is drawn."""
    return DossierPicture(anchor, context.t(title), drawing) if drawing else None


def leads(involvements: Iterable[bodies.Involvement]) -> list[bodies.Involvement]:
    """Those of some involvements by which a body leads a work."""
    return [involvement for involvement in involvements if "lead" in involvement.roles]


# The words it rests on


def proofs(
    context: PageContext,
    subjects: tuple[str, ...],
    sayings: Iterable[Saying],
    level: evidence.Level = evidence.HEADLINE,
) -> list[Proof]:
    """The words a dossier of ``subjects`` rests on; which these are is found once for all languages."""
    statements = context.graph.statements
    passages = context.site_context.cached(
        ("proofs", *subjects, level), partial(_chosen_passages, statements, sayings)
    )
    quoted = []
    for passage in passages:
        about = templates.markup(" → ").join(map(context.short_link, passage.ends))
        quotation = values.quotes_of(context, [passage.iri])[passage.place]
        day = _day_of(context, passage.iri)
        quoted.append(Proof(about, day, quotation, context.level_badge(passage.level)))
    return quoted


def _chosen_passages(statements: Statements, sayings: Iterable[Saying]) -> list[Passage]:
    """The first passage on each thing before the second on any; words that several passages share stand once."""
    passages = []
    turns: Counter[tuple[str, ...]] = Counter()
    spoken: set[str] = set()
    for saying in sayings:
        for iri in statements.values(saying.statement, values.PASSAGE):
            quotations = statements.by_property(iri).get(f"{PAN}quote", ())
            for place, quotation in enumerate(quotations):
                letters = "".join(filter(str.isalnum, plain(quotation.value)))
                if letters in spoken:
                    continue
                spoken.add(letters)
                turn = turns[saying.ends]
                passages.append(Passage(saying.ends, saying.level, iri, place, turn))
                turns[saying.ends] += 1
        # first passages on enough things: no later one would be chosen
        if len(turns) >= _QUOTED:
            break
    passages.sort(key=lambda passage: passage.turn)
    return passages[:_QUOTED]


def _day_of(context: PageContext, passage: str) -> str:
    """When the document of a passage was published, else when it was read; empty where neither is known."""
    statements = context.graph.statements
    for document in statements.values(passage, f"{PAN}inDocument"):
        for name, key in ((f"{DCTERMS}issued", "published-on"), (f"{PAN}readOn", "read-on")):
            day = statements.one(document, name)
            if day:
                return context.t(f"dossier-{key}", day=values.day_words(context, day))
    return ""


# What a page with a document beside it lists


def lists(
    context: PageContext, by_part: Mapping[str, Mapping[str, Sequence[str]]]
) -> list[DossierList]:
    """Things by part of the page, and there by plan or kind; only a page with a document beside it lists them."""
    if not context.site_context.document_place:
        return []
    listed = []
    for key, by_heading in by_part.items():
        groups = []
        for iri in sorted(by_heading, key=lambda iri: (context.name(iri), iri)):
            is_plan = kind_and_key(iri)[0] == "plan"
            heading = context.link(iri) if is_plan else context.label(iri)
            groups.append(ListedGroup(heading, by_heading[iri]))
        if groups:
            number = sum(len(group.things) for group in groups)
            listed.append(DossierList(key, number, groups))
    return listed


def works_by_plan(knowledge: known.Known, works: Iterable[str]) -> Groups:
    """Works by their plans; a plan, which is a work too, is not listed below itself."""
    by_plan: Groups = {}
    for work in sorted(set(works), key=lambda work: (natural(work), work)):
        plan = knowledge.tables.works.plan(work)
        if plan:
            listed = by_plan.setdefault(plan, [])
            if work != plan:
                listed.append(work)
    return by_plan


def bodies_and_texts(
    context: PageContext, involvements: Iterable[bodies.Involvement], named: Iterable[str]
) -> Mapping[str, Groups]:
    """The bodies that take part in a work by their roles, and the texts it names by their kinds."""
    by_role: Groups = {}
    for involvement in involvements:
        for role in sorted(involvement.roles):
            by_role.setdefault(f"{ID}role/{role}", []).append(involvement.body)
    by_kind: Groups = {}
    for text in dict.fromkeys(named):
        by_kind.setdefault(context.graph.statements.one(text, TYPE), []).append(text)
    return {"who": by_role, "rests": by_kind}
