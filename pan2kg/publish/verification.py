"""Whether a server gives what a release holds: the same questions to Apache, nginx, plain files, or the service.

Asked are the front page, the catalogue with all it offers, what stands for the dataset, its versions and the ontology,
a document of every kind of thing in every form, what is not there, and what was retired. What only a server that
negotiates can do, 303 from things, q-values and 410, is asked of one that does.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import LANGUAGES, Messages
from pan2kg.i18n.message import spoken
from pan2kg.project import reason
from pan2kg.publish.catalogue.terms import FOAF
from pan2kg.publish.documents import DOCUMENTS
from pan2kg.publish.folder import MARK, VERSIONS, read_checksums
from pan2kg.publish.hosts import MEDIA, w3id_rules

_WORDS: Final = Messages("publication")
_TOPIC: Final = ox.NamedNode(FOAF + "primaryTopic")
_SECONDS: Final = 30
_NOWHERE: Final = ("doc/plan/no-such-plan.html", "doc/link/0000000000000000.ttl", "no/such/file")
_MOST_TURNS: Final = 3
_RELAXED: Final = frozenset(("md", "atom", "rq", "ru", "nt", "rdf", "nq", "csv", "ttl", "jsonld"))
"""Texts whose media type a host of plain files may not know."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """The media type, without what follows it."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


@dataclass(slots=True)
class Verification:
    """What was found at the address of a release: faults in words, how often it was asked, whether it negotiates."""

    base: str
    connection: http.client.HTTPConnection
    """Asked again and again as long as the server leaves it open."""
    sums: Mapping[str, str]
    mark: Mapping[str, object]
    faults: list[str] = field(default_factory=list)
    asked: int = 0
    negotiates: bool = False

    def run(self) -> None:
        """Ask all there is to ask.

        Raises:
            ProjectError: nothing answers.
        """
        self.negotiates = self.get(self._a_document(), "text/turtle").media == MEDIA["ttl"]
        self._front()
        for path in self._files():
            self._file(path)
        for path in _NOWHERE:
            self._expect(path, "*/*", 404)
        for thing in self._things():
            self._reached(thing)
        if self.negotiates:
            self._negotiation()
        else:
            self._tombstones()

    def get(self, path: str, accept: str = "*/*") -> Reply:
        """What the server answers to a GET; it is not followed.

        Raises:
            ProjectError: it does not answer.
        """
        self.asked += 1
        connection = self.connection
        was_open = connection.sock is not None
        try:
            return self._asked(path, accept)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if was_open and isinstance(error, ConnectionError):  # closed after the answer before: no answer to this
                self.asked -= 1
                return self.get(path, accept)
            why = reason(error) if isinstance(error, OSError) else str(error)
            raise ProjectError(
                "nothing-answers", place=Place(self.base), address=self.base + path, reason=why
            ) from None

    def _asked(self, path: str, accept: str) -> Reply:
        below, headers = urlsplit(self.base).path, {"Accept": accept} if accept else {}
        self.connection.request("GET", f"{below}{quote(path)}", headers=headers)
        response = self.connection.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, named, response.read())

    def _fault(self, key: str, path: str, **values: object) -> None:
        self.faults.append(_WORDS.say(f"verify.{key}", spoken(), path=path or "/", **values))

    def _expect(self, path: str, accept: str, *statuses: int) -> Reply:
        found = self.get(path, accept)
        if found.status not in statuses:
            wanted = ", ".join(map(str, statuses))
            self._fault("status", path, accept=accept, found=str(found.status), wanted=wanted)
        return found

    def _front(self) -> None:
        """The front page, in every language."""
        found = self._expect("", "text/html", 200)
        for language in LANGUAGES:
            if f'lang="{language}"'.encode() not in found.body:
                self._fault("language", "", language=language)

    def _a_document(self) -> str:
        return next(iter(self._documents().values()), DOCUMENTS)

    def _things(self) -> Iterator[str]:
        """A thing of each kind that was not retired, as a path below the root; a link from a document of several."""
        for kind, place in self._documents().items():
            if kind != "link":
                yield f"id/{place.removeprefix(f'{DOCUMENTS}/')}"
                continue
            key = re.search(rb'<tr id="([^"]+)"', self.get(f"{place}.html").body)
            yield f"id/link/{key[1].decode() if key else ''}"

    def _reached(self, thing: str) -> None:
        """Whether the rules for the permanent identifier lead a thing to data on this server that speak of it."""
        rules = ((rule, rule.leads(thing, MEDIA["ttl"])) for rule in w3id_rules())
        place = next(led for _, led in rules if led is not None).partition("#")[0]
        found = self._expect(place, MEDIA["ttl"], 200)
        if found.status == 200 and not self._speaks(found, thing):
            self._fault("silent", place, thing=thing)

    def _speaks(self, found: Reply, thing: str) -> bool:
        """Whether a document says something of a thing, or of what it is about, where that has its IRI from others."""
        root = str(self.mark.get("root", ""))
        try:
            triples = list(ox.parse(found.body, format=ox.RdfFormat.TURTLE))
        except SyntaxError:
            return False
        topics = {str(one.object.value) for one in triples if one.predicate == _TOPIC}
        about = {f"{root}{thing}", *(topic for topic in topics if not topic.startswith(root))}
        return not about.isdisjoint(one.subject.value for one in triples if isinstance(one.subject, ox.NamedNode))

    def _documents(self) -> dict[str, str]:
        """A document that was not retired, of each kind of thing."""
        retired = self.mark.get("retired", {})
        found: dict[str, str] = {}
        for path in sorted(self.sums):
            match = re.fullmatch(rf"({DOCUMENTS}/([^/]+)/[^/]+)\.html", path)
            if match and match[1].removeprefix(f"{DOCUMENTS}/") not in (retired if isinstance(retired, dict) else {}):
                found.setdefault(match[2], match[1])
        return found

    def _files(self) -> Iterator[str]:
        """The files that are asked for: all but pages and documents, and of those one of each kind."""
        kept = ("data/", "tables/", "changes/", "ontology/")
        seen: set[tuple[str, ...]] = set()
        for path in sorted(self.sums):
            folder, _, name = path.rpartition("/")
            kind = (folder, name.rpartition(".")[2]) if path.startswith(f"{VERSIONS}/") else tuple(path.split("/")[:2])
            is_plain = "/" not in path and not path.startswith(".")
            if is_plain or path.startswith(kept) or (path[0] != "." and "/." not in path and kind not in seen):
                seen.add(kind)
                if not path.startswith(".") and not path.endswith(".htaccess"):
                    yield path
        for place in self._documents().values():
            yield from (f"{place}.{ending}" for ending in ("html", "ttl", "jsonld"))

    def _file(self, path: str) -> None:
        found = self._expect(path, "*/*", 200)
        if found.status != 200:
            return
        if hashlib.sha256(found.body).hexdigest() != self.sums[path]:
            self._fault("bytes", path)
        ending = path.rpartition(".")[2]
        strict = ending == "html" or (self.negotiates and ending in MEDIA)
        if strict and found.media != MEDIA[ending]:
            self._fault("media", path, accept="*/*", found=found.media, wanted=MEDIA[ending])
        if self.negotiates and ending in _RELAXED and "charset=utf-8" not in found.headers["content-type"].lower():
            wanted = f"{MEDIA[ending]}; charset=utf-8"
            self._fault("media", path, accept="*/*", found=found.headers["content-type"], wanted=wanted)

    def _negotiation(self) -> None:
        for thing in self._things():
            self._led(thing)
        for kind, place in self._documents().items():
            for accept, ending in _wishes():
                found = self._expect(place, accept, 200)
                if found.status == 200 and found.media != MEDIA[ending]:
                    self._fault("media", place, accept=accept, found=found.media, wanted=MEDIA[ending])
                if "accept" not in found.headers.get("vary", "").lower():
                    self._fault("vary", place)
            if kind != "link":  # a host of files leads any link to the document of those whose keys begin alike
                self._expect(f"id/{kind}/no-such-{kind}", "text/turtle", 303, 404)
                self._expect(f"{DOCUMENTS}/{kind}/no-such-{kind}", "text/turtle", 404)
        self._names()
        retired = self.mark.get("retired")
        for place, heir in retired.items() if isinstance(retired, dict) else ():
            self._expect(f"id/{place}", "text/html", 301 if heir else 410)
            self._expect(f"{DOCUMENTS}/{place}.ttl", "*/*", 301 if heir else 410)

    def _tombstones(self) -> None:
        """What was retired says so where the server cannot: in its document, which no search engine is to take up."""
        retired = self.mark.get("retired")
        for place in retired if isinstance(retired, dict) else ():
            if path := next((one for one in [f"{DOCUMENTS}/{place}.html"] if one in self.sums), ""):
                found = self._expect(path, "text/html", 200, 410)
                if found.status == 200 and b'content="noindex"' not in found.body:
                    self._fault("tombstone", path)

    def _led(self, thing: str) -> None:
        """Whether a thing is led, once or twice, to data that speak of it."""
        found, path = self._expect(thing, MEDIA["ttl"], 303), thing
        for _ in range(_MOST_TURNS):
            if found.status not in (301, 303):
                break
            path = self._inside(found)
            found = self._expect(path, MEDIA["ttl"], 200, 303)
        if found.status == 200 and not self._speaks(found, thing):
            self._fault("silent", path, thing=thing)

    def _inside(self, found: Reply) -> str:
        """Where an answer leads, as a path below the base."""
        return urlsplit(found.headers.get("location", "")).path.removeprefix(urlsplit(self.base).path)

    def _names(self) -> None:
        """What stands for the dataset, its versions, the ontology and a named graph leads to files."""
        versions = sorted({path.split("/")[1] for path in self.sums if path.startswith(f"{VERSIONS}/")})
        graph = next((path for path in sorted(self.sums) if path.startswith("graph/")), "")
        named = [f"dataset/{one}" for one in versions] + ["dataset", "ontology", "catalogue", "query/plans"]
        for path in [*named, *([graph.removesuffix(".ttl")] if graph else [])]:
            found = self._expect(path, "text/turtle", 200, 303)
            if found.status == 303:
                self._expect(self._inside(found), "text/turtle", 200)
        self._expect("dataset/99.99", "text/turtle", 303, 404)


def _wishes() -> Sequence[tuple[str, str]]:
    return (
        ("text/html", "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("text/html;q=0.4, text/turtle;q=0.8", "ttl"),
        ("text/turtle;q=0.3, text/html", "html"),
        ("text/turtle;q=0.2, application/ld+json;q=0.9", "jsonld"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("*/*", "html"),
    )


def verify(folder: Path, base: str) -> Verification:
    """Ask the server at ``base`` whether it serves the release in a folder.

    Raises:
        ProjectError: the folder holds no release, or nothing answers.
    """
    try:
        mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
        sums = dict(read_checksums(folder))
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else MARK
        raise ProjectError("holds-no-release-to-serve", place=Place(str(folder)), error=why) from None
    parts = urlsplit(base)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    found = Verification(base if base.endswith("/") else f"{base}/", connection, sums, mark)
    try:
        found.run()
    finally:
        connection.close()
    return found


def tell(found: Verification) -> str:
    """What was found, a line each."""
    lines = [*found.faults, *([] if found.negotiates else [_WORDS.say("verify.plain", spoken())])]
    lines.append(_WORDS.say("verify.done", spoken(), n=found.asked, faults=str(len(found.faults))))
    return "".join(f"{line}\n" for line in lines)
