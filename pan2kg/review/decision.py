"""A decision on what waits for a review: what a form says, held to what the model demands of a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.uses import key
from pan2kg.review.decisions import REVIEWED, Item
from pan2kg.review.entry_entry import LANGUAGES, Form, read_choice, read_text
from pan2kg.turtle.vocabulary import PAN

if TYPE_CHECKING:
    from pan2kg.tables.material import Material

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


def read_decision(material: Material, item: Item, form: Form, today: date) -> Decision:
    """The decision a form holds.

    Raises:
        RefusedError: something that is needed is missing, or is unknown or too long.
    """
    accepted = read_choice(form, "verdict", VERDICTS) == "accept"
    of = item.type or read_choice(form, "type", REVIEWED, default=CITATION)
    back = not item.is_candidate and read_choice(form, "direction", DIRECTIONS, default="forth") == "back"
    reviewer = read_text(form, "reviewer")
    reason = read_text(form, "reason", needed=not accepted)
    evidence = _evidence(material, item, form) if accepted else None
    return Decision(
        item,
        Claim(of, (item.ends[1], item.ends[0]) if back else item.ends, _channel(of, form, evidence)),
        Signature(reviewer, today, reason, read_choice(form, "language", LANGUAGES, default=material.language)),
        evidence,
    )


def _channel(of: str, form: Form, evidence: Evidence | None) -> str:
    """Where the words stand: needed of a citation, possible where one builds on the other."""
    given = form.get("channel", "").strip()
    if evidence is None or not evidence.quote or of == "external-statement" or not (given or of == CITATION):
        return ""
    return read_choice(form, "channel", CHANNELS)


def _evidence(material: Material, item: Item, form: Form) -> Evidence:
    """The passage that was typed; a candidate may have one already, a suggestion has none."""
    given = any(form.get(name, "").strip() for name in ("quote", "document", "page"))
    own = passage_document(material, item)
    if own and not given:
        return Evidence(own)
    quote, page = read_text(form, "quote"), read_text(form, "page", needed=False)
    known = {key(document): document for document in documents(material)}
    document = known[read_choice(form, "document", known)]
    return Evidence(document, quote, read_choice(form, "quote_language", LANGUAGES, default=material.language), page)


def documents(material: Material) -> list[str]:
    """The documents of the graph, by IRI."""
    return [row[0] for row in material.read(f"SELECT DISTINCT ?d WHERE {{ ?d a <{PAN}Document> }} ORDER BY ?d")]


def passage_document(material: Material, item: Item) -> str:
    """The document of the passage a candidate names; empty where it names none, or is a citation without channel."""
    if not item.is_candidate:
        return ""
    found = material.read(
        f"SELECT ?document ?channel WHERE {{ <{item.link}> <{PAN}evidence>/<{PAN}inDocument> ?document "
        f"OPTIONAL {{ <{item.link}> <{PAN}channel> ?channel }} }} ORDER BY ?document ?channel"
    )
    return next((document for document, channel in found if channel or item.type != CITATION), "")
