"""A decision on what the graph suggests, as somebody types it: its type, its direction, and the words for it."""

from dataclasses import replace
from datetime import date

from pan2kg.coherence.citations import CROSS_REFERENCES
from pan2kg.extract.document import Quotation
from pan2kg.graph.graph import Graph
from pan2kg.review.decision import CHANNELS, CITATION, DIRECTIONS, THIRD, TYPES, Candidate, Decision
from pan2kg.review.fields import TONGUES, Form, read_choice, read_field
from pan2kg.review.filing import plan_of
from pan2kg.store import program_query
from pan2kg.turtle.vocabulary import key


def passage_document(graph: Graph | None, candidate: Candidate | None) -> str:
    """The IRI of the document a candidate link quotes already, so that nobody has to quote it again; else empty.

    A citation is taken from what its own text says, so of one only a document with words counts.
    """
    if graph is None or candidate is None or not candidate.link:
        return ""
    listed = graph.read(program_query("review/passage-documents", link=candidate.link))
    for document, quote in listed:
        if quote or candidate.type not in CROSS_REFERENCES:
            return document
    return ""


def documents(graph: Graph) -> dict[str, str]:
    """The IRIs of the documents of the graph by their keys."""
    return {key(row[0]): row[0] for row in graph.read(program_query("review/documents"))}


def fill(graph: Graph, candidate: Candidate, form: Form, today: date) -> Decision:
    """The decision on a suggestion of the graph as a form has it.

    Refused is what is missing or unknown in a field of the form; whether it can be written is asked
    by :func:`pan2kg.review.refusals.refuse`.
    """
    is_accepted = read_choice(form, "verdict", ("accept", "reject")) == "accept"
    # nothing is chosen for who accepts; what is rejected is that the first cites the second, where
    # nothing else is said
    default_type = "" if is_accepted else CITATION
    type_ = candidate.linked_as or read_choice(form, "type", TYPES, default=default_type)
    ends = candidate.ends
    if not candidate.link:
        default_direction = "" if is_accepted else "forth"
        if read_choice(form, "direction", DIRECTIONS, default=default_direction) == "back":
            ends = ends[::-1]
    reviewer = read_field(form, "reviewer")
    reason = read_field(form, "reason", needed=not is_accepted)
    quotation = _typed_passage(graph, candidate, form) if is_accepted else None
    # where the words stand is needed of a citation, and possible where a text builds on another
    channel = form.get("channel", "").strip()
    takes_channel = type_ in CROSS_REFERENCES or (bool(channel) and type_ != THIRD)
    if quotation and quotation.words and takes_channel:
        channel = read_choice(form, "channel", CHANNELS)
    else:
        channel = ""
    changed = replace(candidate, ends=ends, linked_as=type_, plan=plan_of(graph, ends))
    return Decision(
        changed,
        quotation,
        reviewer,
        today,
        status="accepted" if is_accepted else "rejected",
        reason=reason,
        language=read_choice(form, "language", TONGUES, default=graph.language),
        channel=channel,
    )


def _typed_passage(graph: Graph, candidate: Candidate, form: Form) -> Quotation:
    # a candidate link may have a passage already, a suggestion has none
    is_typed = any(form.get(name, "").strip() for name in ("quote", "document", "page"))
    document = passage_document(graph, candidate)
    if document and not is_typed:
        return Quotation("", document)
    words = read_field(form, "quote")
    page = read_field(form, "page", needed=False)
    listed = documents(graph)
    document = listed[read_choice(form, "document", listed)]
    language = read_choice(form, "quote_language", TONGUES, default=graph.language)
    return Quotation(words, document, language, page)
