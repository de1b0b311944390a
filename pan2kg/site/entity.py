"""How a thing is cited and taken along: its stable address, its statements as data, and the query that shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from pan2kg.turtle.vocabulary import PAN, ROOT, SKOS

if TYPE_CHECKING:
    from pan2kg.graph.labels import Entry
    from pan2kg.site.speaker import Speaker

_EUR_LEX: Final = "https://eur-lex.europa.eu/legal-content"
_IDENTIFIER: Final = "http://www.w3.org/ns/adms#identifier"
_OWN: Final = """\
SELECT ?graph ?property ?value WHERE {{
    GRAPH ?graph {{ <{iri}> ?property ?value }}
}} ORDER BY ?graph ?property ?value
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """The stable address of a thing, its statements as Turtle and JSON-LD where there is a server, and the query.

    ``official`` are the places where others publish it: address and words.
    """

    iri: str
    turtle: str
    json: str
    query: str
    official: tuple[tuple[str, str], ...]


def machine(speaker: Speaker, entry: Entry) -> Machine:
    """How a thing is cited and taken along."""
    served = speaker.library.mode == "served" and bool(entry.kind)
    data = f"doc/{entry.kind}/{entry.key}"
    return Machine(
        entry.iri,
        speaker.out(f"{data}.ttl") if served else "",
        speaker.out(f"{data}.jsonld") if served else "",
        query_address(speaker, _OWN.format(iri=entry.iri)) if _is_safe(entry.iri) else "",
        tuple(_official(speaker, entry)),
    )


def _official(speaker: Speaker, entry: Entry) -> Iterator[tuple[str, str]]:
    """Where a text is published: its official address is its IRI; its CELEX number leads to EUR-Lex."""
    if entry.has_page and entry.iri.startswith(("http://", "https://")) and not entry.iri.startswith(ROOT):
        yield entry.iri, urlsplit(entry.iri).hostname or speaker.t("outside")
    statements = speaker.library.statements
    for node in statements.values(entry.iri, _IDENTIFIER):
        if statements.one(node, f"{PAN}identifierScheme").endswith("/celex"):
            number, language = statements.one(node, f"{SKOS}notation"), speaker.request.language.upper()
            yield f"{_EUR_LEX}/{language}/TXT/?uri=CELEX:{quote(number)}", f"CELEX {number}"


def query_address(speaker: Speaker, query: str) -> str:
    """The page for queries with a query in it: behind the hash for the browser, with a server before it too."""
    page = f"sparql.html#query={quote(query, safe='')}"
    return speaker.href(page, query=query) if speaker.library.mode == "served" else speaker.href(page)


def _is_safe(iri: str) -> bool:
    return not any(mark in iri for mark in '<>"{}|\\^` \n') and not iri.startswith("_:")
