"""A link written down: what an action or a plan rests on, cites, continues or builds on, with the words that say so.

What is written stands beside the plan, in ``instruments.ttl`` or ``links.ttl``: the link, and the passage it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pan2kg.coherence.uses import key
from pan2kg.errors import ProjectError, QueryError
from pan2kg.i18n.catalogue import Messages
from pan2kg.project import PACKAGE, Project, read_text
from pan2kg.review.entry import read_text as read_words
from pan2kg.review.files import append
from pan2kg.review.readings import Addition, document_named, plan_of
from pan2kg.store.queries import find_thing
from pan2kg.store.store import Store
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import link_iri
from pan2kg.turtle.writer import Block, Statement, iri, read_prefixes, string, text

USES: Final = "uses-instrument"
TYPES: Final = (USES, "cross-reference", "builds-on", "succession")
"""What a source states of two things; all other links are derived, or judged."""
NAMED: Final = "references"
"""The relation of an instrument that is named and of which nothing closer is said."""
_DATA: Final = Messages("data")


@dataclass(frozen=True, slots=True)
class Stated:
    """A link as it was typed, its names found in the graph."""

    type: str
    relation: str
    start: str
    end: str
    plan: str
    quote: str
    language: str
    document: str
    page: str = ""


def read_stated(
    store: Store, project: Project, start: str, end: str, *, kind: str, quote: str, document: str, relation: str = "",
    language: str = "", page: str = "",
) -> Stated:  # fmt: skip
    """What was typed, with keys, labels or IRIs for both ends and the document, held to what the graph knows.

    Raises:
        QueryError: an end, the document or the relation is not known, or the first end is no plan and no action of one.
        RefusedError: the quotation is empty or too long, or holds what cannot be seen.
    """
    ends = find_thing(start, store, project), find_thing(end, store, project)
    if ends[0] == ends[1]:
        raise QueryError("same-given-twice", remedy="give-two-actions", one=start)
    listed = read_text(project.ontology / "schemes" / "relation.ttl")
    known = [line.split()[0].partition(":")[2] for line in listed.splitlines() if line.startswith("relation:")]
    if relation and relation not in known:
        raise QueryError("no-relation", remedy="there-are", relation=relation, names=", ".join(known))
    closer = relation or (NAMED if kind == USES else "")
    return Stated(
        kind, closer, *ends, plan_of(store, ends[0], start), read_words({"quote": quote}, "quote"),
        language or project.language, document_named(store, project, document),
        read_words({"page": page}, "page", needed=False),
    )  # fmt: skip


def link_addition(project: Project, stated: Stated) -> Addition:
    """The file beside the plan with the link and its passage.

    Raises:
        ProjectError: there are no files to write to, or that link stands there already.
        RefusedError: what stands in the file is not Turtle.
    """
    if project.data or project.root == PACKAGE / "data":
        raise ProjectError("nothing-to-write-to", remedy="write-in-project")
    file = "instruments" if stated.type == USES else "links"
    path = project.graph / "plans" / key(stated.plan) / f"{file}.ttl"
    name, prefixes = project.name_of(path), read_prefixes(project)
    made = iri(link_iri(stated.type, stated.start, stated.end, relation=stated.relation, space=project.space), prefixes)
    old = read_text(path) if path.exists() else ""
    written = {block.subject for block in read_turtle_file(old, name).blocks}
    if any(f"\n{made} a " in f"\n{read_text(one)}" for one in project.graph_files()):
        raise ProjectError("link-stands", name=made)
    passage = _free(f"passage:{key(stated.start)}-{key(stated.end)}", written)
    header = Block(
        f"<{project.graph_iri(path)}>",
        (
            Statement("a", "pan:SourceGraph"),
            *(Statement("rdfs:label", text(said, tag)) for tag, said in _DATA.text(file, name=key(stated.plan)).words),
            Statement("dcterms:source", iri(stated.document, prefixes)),
            Statement("pan:certainty", "certainty:stated"),
        ),
    )
    blocks = [
        Block(made, tuple(_link(stated, passage, prefixes))),
        Block(
            passage,
            (
                Statement("a", "pan:Passage"),
                Statement("pan:quote", text(stated.quote, stated.language)),
                *((Statement("pan:page", string(stated.page)),) if stated.page else ()),
                Statement("pan:inDocument", iri(stated.document, prefixes)),
            ),
        ),
    ]
    return Addition(path, name, old, append(old, [header], blocks, prefixes, name))


def _free(base: str, taken: set[str]) -> str:
    return next(name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _link(stated: Stated, passage: str, prefixes: Mapping[str, str]) -> Iterator[Statement]:
    yield Statement("a", "pan:Link")
    yield Statement("pan:linkType", f"linktype:{stated.type}")
    if stated.relation:
        yield Statement("pan:relation", f"relation:{stated.relation}")
    yield Statement("pan:from", iri(stated.start, prefixes))
    yield Statement("pan:to", iri(stated.end, prefixes))
    if stated.type == "cross-reference":
        yield Statement("pan:channel", "channel:text")
    yield Statement("pan:status", "linkstatus:accepted")
    yield Statement("pan:evidence", passage)
    yield Statement("dcterms:source", iri(stated.document, prefixes))
    yield Statement("pan:certainty", "certainty:stated")
