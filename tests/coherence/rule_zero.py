"""Rule R0: levels of evidence from addresses and kinds of source, by which the register was first filled.

It stands here only, so that the values printed with the definition can be had again; the product takes the levels
that a rule derives from whose words each document carries.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pan2kg.coherence.evidence import Level, firmest
from pan2kg.store.store import Store
from pan2kg.store.store import text_rows as rows
from pan2kg.turtle.vocabulary import key

LINKS = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX linkstatus: <https://w3id.org/pan2kg/id/linkstatus/>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
SELECT DISTINCT ?link ?type ?from ?certainty ?status ?by ?document ?kind ?at WHERE {
    ?link a pan:Link ; pan:from ?from ; pan:linkType ?type ; pan:status ?status ; pan:certainty ?certainty .
    OPTIONAL { ?link pan:assertedBy ?by }
    OPTIONAL { ?link dcterms:source ?document OPTIONAL { ?document pan:sourceKind ?kind }
               OPTIONAL { ?document pan:readAt ?at } }
}
"""
OFFICIAL = frozenset(["oecd", "ilo", "ccdh", "mega", "mfsva", "menje", "mecb", "me", "cidh", "unwg-bhr"])
COPIES = frozenset(
    [
        "globalnaps.org",
        "docslib.org",
        "vdocuments.fr",
        "fr.slideshare.net",
        "es.slideshare.net",
        "www2.slideshare.net",
        "fr.readkong.com",
        "www.opengovpartnership.org",
    ]
)
FOREIGN = [
    "un.org",
    "oecd.org",
    "europa.eu",
    "unwomen.org",
    "unepfi.org",
    "ungeneva.org",
    "ohchr",
    "50forfreedom",
    "mneguidelines",
]


def rule_zero(store: Store) -> dict[str, Level | None]:
    """The level of each directed link, firmest over its documents."""
    found: dict[str, list[Level | None]] = {}
    for link, *row in rows(store, LINKS):
        found.setdefault(link, []).append(_level(*row))
    return {link: firmest(levels) for link, levels in found.items()}


def _level(
    kind: str, source: str, certainty: str, status: str, by: str, _document: str, source_kind: str, at: str
) -> Level | None:
    if key(status) in {"rejected", "superseded"} or key(certainty) == "unverified":
        return None
    if key(status) == "candidate":
        return Level.MACHINE
    if key(certainty) == "derived":
        return Level.EDITORS
    if by:
        return Level.OFFICIAL if key(by) in OFFICIAL else Level.OTHER
    host, official = urlsplit(at).hostname or "", key(source_kind) == "official-page"
    if "legilux" in host:
        return Level.PLAN if key(source) == "lu-nature-pact-2021" else Level.OFFICIAL
    if key(kind) == "external-statement":
        return Level.OFFICIAL if official else Level.OTHER
    if key(source_kind) == "seed" or host in COPIES or f"www.{host}" in COPIES:
        return Level.PLAN
    if official:
        return Level.OFFICIAL if any(part in host for part in FOREIGN) else Level.PLAN
    return Level.OTHER
