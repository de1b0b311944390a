"""The queue of a review, and a decision on one of its items, held to what the model demands of a link.

A text cannot cite what was adopted after it, and that it cites is seen in its own words, not in those of the text that
is cited. What a text only announces, or what somebody else says of two texts, is no citation.

In the queue are candidate links nobody has decided on, and pairs of actions that are strongly linked and do not cite
each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.citations import CROSS_REFERENCES
from pan2kg.coherence.evidence import Level
from pan2kg.errors import ProjectError
from pan2kg.graph.labels import shortened
from pan2kg.i18n.message import Message
from pan2kg.project import Project
from pan2kg.review.entry import TONGUES, Form, RefusedError, read_choice, read_text
from pan2kg.store.queries import program_query
from pan2kg.store.store import Store, is_true
from pan2kg.store.store import text_rows as rows
from pan2kg.tables.citations import linked_pairs, silent_pairs
from pan2kg.tables.table import Choice, number
from pan2kg.turtle.vocabulary import ID, PAN, key
from pan2kg.validation.quotations import kept_texts

if TYPE_CHECKING:
    from pan2kg.graph.graph import Graph


THIRD: Final = "external-statement"
"""The type of link that says what somebody else states of two texts; the words may be anybody's."""


def refuse_younger(store: Store, ends: tuple[str, str], type_: str, relation: str) -> None:
    """Refuse a link that leads back in time to something younger; type and relation by key, the ends by IRI.

    The check finds the same in files (``cites-later``).

    Raises:
        ProjectError: what it leads to was adopted after what it starts from.
    """
    named = f"{ID}relation/{relation}" if relation else f"{PAN}none"
    query = program_query(
        "review/younger", **{"from": ends[0], "to": ends[1], "type": f"{ID}linktype/{type_}", "relation": named}
    )
    for own_day, day in rows(store, query):
        raise ProjectError(
            "cites-younger", remedy="reject-or-announce",
            name=key(ends[1]), day=day, citing=key(ends[0]), other=own_day,
        )  # fmt: skip


def refuse_foreign_words(store: Store, ends: tuple[str, str], type_: str, document: str) -> None:
    """Refuse words that a document of the cited text, or of another plan, says in place of the text that cites.

    A document that carries the words of neither is taken: the level of evidence says that somebody else states it.

    Raises:
        ProjectError: the document, given by IRI, carries the words of another text than the one that cites.
    """
    if type_ == THIRD:
        return
    query = program_query("review/speaks-for", **{"document": document, "from": ends[0], "to": ends[1]})
    found = rows(store, query)
    if any(is_true(is_citing) for _, is_citing, _, _ in found):
        return
    for work, _, is_cited, is_plan in found:
        if is_true(is_cited) or is_true(is_plan):
            raise ProjectError(
                "words-of-cited", remedy="quote-citing", document=key(document), name=key(work), citing=key(ends[0])
            )


def refuse_invented(project: Project, document: str, words: str) -> None:
    """Refuse words that the kept text of a document, given by IRI, does not have."""
    kept = kept_texts(project).get(key(document))
    if words and kept and kept.holds(words) is False:
        values = {"document": key(document), "quote": shortened(words)}
        raise ProjectError(Message("sheet", "fault.not-verbatim", values))


REVIEWED: Final = (*CROSS_REFERENCES, "builds-on", "external-statement")
"""The types of link a suggestion can become."""
SETTLED: Final = frozenset((*REVIEWED, "succession"))
"""The types of which an accepted or rejected link settles what was suggested of its ends."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something to decide on: a candidate link of the graph, or a suggestion, which has no ``link`` and no ``type``.

    ``number`` is what the ends of a suggestion share, in bits, or the confidence of a candidate in [0,1]; ``via`` the
    instruments a suggestion rests on, by IRI. ``plans`` are those of the ends, empty where an end has none. ``level``
    is on whose word a suggestion rests; ``expected`` the verdicts on a citation from its first plan to its second and
    back, each empty where the two plans have no occasion to cite each other.
    """

    key: str
    ends: tuple[str, str]
    plans: tuple[str, str]
    link: str = ""
    type: str = ""
    via: tuple[str, ...] = ()
    number: float | None = None
    level: str = ""
    expected: tuple[str, str] = ("", "")

    @property
    def is_candidate(self) -> bool:
        """Whether it is a link that stands in the graph already."""
        return bool(self.link)


def read_queue(graph: Graph) -> tuple[Item, ...]:
    """Everything that waits: candidates by their ends, then suggestions, those that share most bits first.

    >>> from datetime import date
    >>> from pan2kg.graph.graph import open_graph
    >>> queue = read_queue(open_graph(as_of=date(2026, 1, 1)))
    >>> len(queue) > 2, queue[0].plans[0] != queue[0].plans[1]
    (True, True)
    """
    if not graph.uses.actions:
        return tuple(_candidates(graph))
    return (*_candidates(graph), *_suggestions(graph))


def find_item(graph: Graph, name: str) -> Item | None:
    """What waits under a key, None where nothing does."""
    return next((item for item in read_queue(graph) if item.key == name), None)


def _candidates(graph: Graph) -> Iterator[Item]:
    for link, of, one, two, confidence in rows(graph.store, program_query("review/candidates")):
        plans = (graph.plan_of(one) or "", graph.plan_of(two) or "")
        yield Item(key(link), (one, two), plans, link, key(of), number=float(confidence) if confidence else None)


def _suggestions(graph: Graph) -> Iterator[Item]:
    settled = decided(graph.store)
    # A suggestion enters no figure: whoever reviews it sees what the editors concluded too, most bits first.
    choice = Choice(evidence=Level.EDITORS)
    for found in silent_pairs(graph, choice, linked_pairs(graph, choice)):
        if frozenset(found.ends) not in settled:
            yield Item(
                "--".join(map(key, found.ends)),
                found.ends,
                found.plans,
                via=found.texts,
                number=number(found.weight.low),
                level=found.weight.level.key if found.weight.level else "",
                expected=found.expected,
            )


def decided(store: Store) -> frozenset[frozenset[str]]:
    """The pairs of things of which somebody has accepted or rejected that one cites or builds on the other."""
    found = rows(store, program_query("review/decided"))
    return frozenset(frozenset((one, two)) for of, one, two in found if key(of) in SETTLED)


CHANNELS: Final = ("text", "annex", "web")
VERDICTS: Final = ("accept", "reject")
DIRECTIONS: Final = ("forth", "back")
CITATION: Final = "cross-reference"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said to be linked: the type by key, the ends in the direction chosen, where the words stand, by key."""

    type: str
    ends: tuple[str, str]
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Quoted words with their language, the document they stand in by IRI, and the page as printed.

    Without a quote it is the document of the passage a candidate names already.
    """

    document: str
    quote: str = ""
    language: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decided, on what day, and why, in what language."""

    reviewer: str
    day: date
    reason: str
    language: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of an item; there is evidence where it is accepted."""

    item: Item
    claim: Claim
    signature: Signature
    evidence: Evidence | None

    @property
    def is_accepted(self) -> bool:
        """Whether the link holds."""
        return self.evidence is not None

    @property
    def status(self) -> str:
        """The status of the link that is written."""
        return "accepted" if self.is_accepted else "rejected"


def read_decision(graph: Graph, item: Item, form: Form, today: date) -> Decision:
    """The decision a form holds.

    Raises:
        RefusedError: something that is needed is missing, or is unknown or too long; or what is accepted cannot be so.
    """
    accepted = read_choice(form, "verdict", VERDICTS) == "accept"
    # nothing is chosen for who accepts; what is rejected is that one cites the other, where nothing else is said
    of = item.type or read_choice(form, "type", REVIEWED, default="" if accepted else CITATION)
    way = "" if accepted and not item.is_candidate else "forth"
    back = not item.is_candidate and read_choice(form, "direction", DIRECTIONS, default=way) == "back"
    reviewer = read_text(form, "reviewer")
    reason = read_text(form, "reason", needed=not accepted)
    evidence = _evidence(graph, item, form) if accepted else None
    claim = Claim(of, (item.ends[1], item.ends[0]) if back else item.ends, _channel(of, form, evidence))
    if evidence:
        _refuse_impossible(graph, item, claim, evidence)
    return Decision(
        item,
        claim,
        Signature(reviewer, today, reason, read_choice(form, "language", TONGUES, default=graph.language)),
        evidence,
    )


def _refuse_impossible(graph: Graph, item: Item, claim: Claim, evidence: Evidence) -> None:
    """Refuse that something cites what is younger, or cites it by words of another text than its own."""
    relation = ""
    if item.is_candidate:
        found = graph.read(program_query("review/relation-of", link=item.link))
        relation = next((key(row[0]) for row in found), "")
    try:
        refuse_younger(graph.store, claim.ends, claim.type, relation)
    except ProjectError as error:
        field = "" if item.is_candidate else "direction"
        raise RefusedError("not-taken", field=field, detail=error.say(graph.language)) from None
    try:
        refuse_foreign_words(graph.store, claim.ends, claim.type, evidence.document)
    except ProjectError as error:
        raise RefusedError("not-taken", field="document", detail=error.say(graph.language)) from None
    try:
        if graph.project:
            refuse_invented(graph.project, evidence.document, evidence.quote)
    except ProjectError as error:
        raise RefusedError("not-taken", field="quote", detail=error.say(graph.language)) from None


def _channel(of: str, form: Form, evidence: Evidence | None) -> str:
    """Where the words stand: needed of a citation, possible where one builds on the other."""
    given = form.get("channel", "").strip()
    if evidence is None or not evidence.quote or of == "external-statement" or not (given or of in CROSS_REFERENCES):
        return ""
    return read_choice(form, "channel", CHANNELS)


def _evidence(graph: Graph, item: Item, form: Form) -> Evidence:
    """The passage that was typed; a candidate may have one already, a suggestion has none."""
    given = any(form.get(name, "").strip() for name in ("quote", "document", "page"))
    own = passage_document(graph, item)
    if own and not given:
        return Evidence(own)
    quote, page = read_text(form, "quote"), read_text(form, "page", needed=False)
    known = {key(document): document for document in documents(graph)}
    document = known[read_choice(form, "document", known)]
    return Evidence(document, quote, read_choice(form, "quote_language", TONGUES, default=graph.language), page)


def documents(graph: Graph) -> list[str]:
    """The documents of the graph, by IRI."""
    return [row[0] for row in graph.read(program_query("review/documents"))]


def passage_document(graph: Graph, item: Item) -> str:
    """The document of the passage a candidate names; empty where it names none, or is a citation without channel."""
    if not item.is_candidate:
        return ""
    found = graph.read(program_query("review/passage-documents", link=item.link))
    return next((document for document, channel in found if channel or item.type not in CROSS_REFERENCES), "")
