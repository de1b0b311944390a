"""What a release checks of itself before it takes its place: every fault found is a reason not to publish."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from heapq import merge
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

from pan2kg.publish.catalogue.form import canonical
from pan2kg.publish.catalogue.issue import Addresses, Issue
from pan2kg.publish.catalogue.terms import DCAT, SPDX, node
from pan2kg.publish.dump import Content
from pan2kg.publish.dump_dump import differs
from pan2kg.publish.folder import LIST, measure, read_checksums, sha256, walk
from pan2kg.publish.inspection import faults

_LINK: Final = re.compile(rb"""(?: href| src)=["']([^"']*)["']""")
_ADDRESS: Final = re.compile(rb"""<loc>([^<]+)|[<"](https?://[^<>"\s]+)[>"]""")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


def inspect_dumps(folder: Path, dumps: Mapping[str, Content]) -> Iterator[str]:
    """Whether each dump, read back, is what it was written from."""
    for path, content in dumps.items():
        if differs(content, folder / path):
            yield f"{path} is not the graph it was written from."


def inspect_catalogue(folder: Path, issue: Issue, today: date) -> Iterator[str]:
    """Whether the three catalogues are one graph, sound, and true of the files they speak of."""
    files = {ending: (folder / f"catalogue.{ending}").read_bytes() for ending in ("ttl", "rdf", "jsonld")}
    if len({canonical(content, ending) for ending, content in files.items()}) != 1:
        yield "The three serialisations of the catalogue are not one graph."
    triples = [quad.triple for quad in ox.parse(files["ttl"], format=ox.RdfFormat.TURTLE)]
    yield from faults(triples, today)
    said = {(triple.subject, triple.predicate.value): triple.object for triple in triples}
    for triple in triples:
        if triple.predicate == node(DCAT + "downloadURL") and isinstance(triple.object, ox.NamedNode):
            yield from _inspect_file(folder, issue, said, triple.subject, triple.object.value)


Said = Mapping[tuple[object, str], object]


def _inspect_file(folder: Path, issue: Issue, said: Said, about: object, address: str) -> Iterator[str]:
    path = folder / unquote(address.removeprefix(issue.addresses.base))
    if not path.is_file():
        yield f"The catalogue offers {address}, and there is no such file in the release."
        return
    found = measure(path)
    if _value(said.get((about, DCAT + "byteSize"))) != str(found.size):
        yield f"The catalogue gives another size for {path.name}."
    checksum = said.get((about, SPDX + "checksum"))
    if _value(said.get((checksum, SPDX + "checksumValue"))) != found.sha512:
        yield f"The catalogue gives another checksum for {path.name}."


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def inspect_checksums(folder: Path) -> Iterator[str]:
    """Whether the list of checksums names every file, and each with its own checksum."""
    listed = read_checksums(folder)
    for path in walk(folder):
        if path != LIST and next(listed, ("", "")) != (path, sha256(folder / path)):
            yield f"{LIST} is wrong about {path}."


def inspect_count(folder: Path, dumps: Iterable[str], triples: int) -> Iterator[str]:
    """Whether the dumps together hold as many triples as VoID says."""
    with ExitStack() as stack:
        files = [stack.enter_context((folder / path).open("rb")) for path in dumps if path.endswith(".nt")]
        found = sum(1 for _ in groupby(merge(*files)))
    if found != triples:
        yield f"VoID counts {triples} triples, the dumps hold {found}."


def inspect_links(folder: Path, addresses: Addresses) -> Iterator[str]:
    """Whether what descriptions and pages point to inside the release is there.

    Our own IRIs and the endpoint are no files, though they may stand below the same address.
    """
    base, root = addresses.base.encode(), addresses.root.encode()
    pages = Pages(folder)
    for path in walk(folder):
        if path.endswith(".html"):
            yield from pages.inspect(path)
        elif path in _DESCRIPTIONS or path.startswith("sitemap"):
            found = {one or other for one, other in _ADDRESS.findall((folder / path).read_bytes())}
            for address in sorted(found - {addresses.endpoint.encode()}):
                target = unquote(unescape(address.removeprefix(base).decode()))
                if address.startswith(base) and not address.startswith(root) and not (folder / target).exists():
                    yield f"{path} points to {target}, which is not in the release."


_DESCRIPTIONS: Final = frozenset(
    ("catalogue.ttl", "void.ttl", "dataset.jsonld", "service.ttl", "queries.ttl", "tables/csv-metadata.json")
)


@dataclass(slots=True)
class Pages:
    """Looks after what pages point to. Pages of one folder point to the same files: each is looked for once."""

    folder: Path
    parent: str = ""
    known: dict[bytes, bool] = field(default_factory=dict)

    def inspect(self, path: str) -> Iterator[str]:
        """What a page points to that is not there."""
        parent = path.rpartition("/")[0]
        if parent != self.parent:
            self.parent, self.known = parent, {}
        for one in sorted(set(_LINK.findall((self.folder / path).read_bytes()))):
            if one not in self.known:
                self.known[one] = self._leads(one)
            if not self.known[one]:
                yield f"{path} points to {unescape(one.decode())}, which is not in the release."

    def _leads(self, link: bytes) -> bool:
        address = unescape(link.decode())
        target = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        return not target or bool(_SCHEME.match(address)) or (self.folder / self.parent / target).exists()
