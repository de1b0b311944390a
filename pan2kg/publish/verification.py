"""Whether a server gives what a release holds.

The same questions are put to Apache, nginx, plain files, or the service: the front page, the
catalogue with all it offers, what stands for the dataset, its versions and the ontology, a thing of
every kind in every form, what is not there, and what was retired. What only a server that
negotiates can do (303, q-values, 410) is asked of one that does.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import LANGUAGES, Messages, process_language
from pan2kg.project import reason
from pan2kg.publish import folder
from pan2kg.publish.document_places import DOCUMENTS, FORMS, MEDIA, shared_place
from pan2kg.publish.host_rules import w3id_rules

_WORDS = Messages("publication")
_SECONDS = 30
"""So long an answer may take."""
_NOT_THERE = ("doc/plan/no-such-plan.txt", "doc/nothing.ttl", "no/such/file")
_MOST_TURNS = 3
"""So often a thing may be led on until there are data."""
_LED_ON = (301, 303)
_DOCUMENT = re.compile(rf"(?P<place>{DOCUMENTS}/(?P<kind>[^/]+)/[^/]+)\.html")
_DATA = ("data/", "tables/", "changes/", "ontology/")
"""The folders of which every file is asked for; of others one of a kind."""
_WITH_CHARSET = frozenset(("md", "atom", "rq", "ru", "nt", "rdf", "nq", "csv", "ttl", "jsonld"))
"""Texts whose media type a host of plain files may not know."""
_WISHES = {
    "text/html": "html",
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "text/html;q=0.4, text/turtle;q=0.8": "ttl",
    "text/turtle;q=0.3, text/html": "html",
    "text/turtle;q=0.2, application/ld+json;q=0.9": "jsonld",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "html",
    "*/*": "html",
}
"""What is asked for in a header, and the ending of what should come."""


class Verification:
    """Asks a server for what a release holds, and notes in ``faults`` what it does not give."""

    def __init__(self, root: Path, base: str, client: httpx.Client) -> None:
        self.base = base if base.endswith("/") else f"{base}/"
        self.client = client
        self.sums = dict(folder.read_checksums(root))
        mark = json.loads((root / folder.MARK).read_text(encoding="utf-8"))
        self.space = f"{mark.get('root', '')}id/"
        self.retired: dict[str, str] = mark.get("retired", {})
        self.faults: list[str] = []
        self.asked = 0
        self.things = dict(self._things(root))
        document = next(iter(self.things.values()), DOCUMENTS)
        self.negotiates = _media_of(self.get(document, "text/turtle")) == MEDIA["ttl"]

    def _things(self, root: Path) -> Iterator[tuple[str, str]]:
        """A thing of each kind, as its address ends, with the document that tells it."""
        kinds = set()
        for path in sorted(self.sums):
            match = _DOCUMENT.fullmatch(path)
            if not match or match["kind"] in kinds:
                continue
            place = match["place"]
            for name in self._told_in(root / f"{place}.ttl"):
                if name not in self.retired and shared_place(f"{DOCUMENTS}/{name}") == place:
                    kinds.add(match["kind"])
                    yield name, place
                    break

    def _told_in(self, file: Path) -> list[str]:
        names = set()
        for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(self.space):
                names.add(quad.subject.value.removeprefix(self.space))
        return sorted(names)

    def run(self) -> None:
        """Ask for the front page, every file, things by their IRIs, and what must not be there."""
        front = self._expect("", "text/html", 200)
        for language in LANGUAGES:
            if f'lang="{language}"'.encode() not in front.content:
                self._complain("language", "", language=language)
        for path in self._files():
            self._ask_file(path)
        for path in _NOT_THERE:
            self._expect(path, "*/*", 404)
        for name in self.things:
            # whether the rules for the permanent identifier lead a thing to data on this server
            # that speak of it
            targets = (rule.leads(f"id/{name}", MEDIA["ttl"]) for rule in w3id_rules())
            self._expect_told(next(filter(None, targets)).partition("#")[0], name)
        if self.negotiates:
            self._ask_forms()
            self._ask_wholes()
            self._ask_retired()
        else:
            self._ask_tombstones()

    def get(self, path: str, accept: str = "*/*") -> httpx.Response:
        """Ask for a path.

        Raises:
            ProjectError: nothing answers.
        """
        self.asked += 1
        address = f"{self.base}{quote(path)}"
        headers = {"Accept": accept}
        try:
            try:
                return self.client.get(address, headers=headers)
            except (httpx.RemoteProtocolError, httpx.ReadError):
                # the connection was closed after the answer before: no answer to this
                return self.client.get(address, headers=headers)
        except httpx.HTTPError as error:
            values = {"address": self.base + path, "reason": str(error)}
            raise ProjectError("nothing-answers", place=Place(self.base), **values) from None

    def _complain(self, key: str, path: str, **values: object) -> None:
        self.faults.append(
            _WORDS.say(f"verify.{key}", process_language(), path=path or "/", **values)
        )

    def _expect(self, path: str, accept: str, *statuses: int) -> httpx.Response:
        answer = self.get(path, accept)
        if answer.status_code not in statuses:
            wanted = ", ".join(map(str, statuses))
            status = str(answer.status_code)
            self._complain("status", path, accept=accept, found=status, wanted=wanted)
        return answer

    def _expect_media(self, path: str, accept: str, media: str, wanted: str) -> None:
        if media != wanted:
            self._complain("media", path, accept=accept, found=media, wanted=wanted)

    def _expect_told(self, path: str, name: str) -> None:
        """Expect data at a path that speak of a thing."""
        answer = self._expect(path, MEDIA["ttl"], 200)
        if answer.status_code != 200:
            return
        subjects = set()
        with suppress(SyntaxError):
            for quad in ox.parse(answer.content, format=ox.RdfFormat.TURTLE):
                subjects.add(quad.subject)
        if ox.NamedNode(self.space + name) not in subjects:
            self._complain("silent", path, thing=f"id/{name}")

    def _files(self) -> Iterator[str]:
        """All data, of other files one of a kind, and a thing of each kind in each form."""
        kinds = set()
        for path in sorted(self.sums):
            if "/." in f"/{path}":
                continue
            folders = path.split("/")
            kind = tuple(folders[:2])
            if folders[0] == folder.VERSIONS:
                # of the files of a folder with an ending one
                kind = (*folders[:-1], path.rpartition(".")[2])
            if len(folders) == 1 or path.startswith(_DATA) or kind not in kinds:
                kinds.add(kind)
                yield path
        for place in self.things.values():
            for ending in ("html", *FORMS):
                yield f"{place}.{ending}"

    def _ask_file(self, path: str) -> None:
        answer = self._expect(path, "*/*", 200)
        if answer.status_code != 200:
            return
        if hashlib.sha256(answer.content).hexdigest() != self.sums[path]:
            self._complain("bytes", path)
        ending = path.rpartition(".")[2]
        if ending == "html" or (self.negotiates and ending in MEDIA):
            self._expect_media(path, "*/*", _media_of(answer), MEDIA[ending])
        named = answer.headers.get("content-type", "")
        if self.negotiates and ending in _WITH_CHARSET and "charset=utf-8" not in named.lower():
            self._expect_media(path, "*/*", named, f"{MEDIA[ending]}; charset=utf-8")

    def _ask_forms(self) -> None:
        """A thing is led, once or several times, to data that speak of it; its document comes as it is wished."""
        for name, place in self.things.items():
            path = f"id/{name}"
            answer = self._expect(path, MEDIA["ttl"], *_LED_ON)
            for _ in range(_MOST_TURNS):
                if answer.status_code in _LED_ON:
                    path = self._target(answer)
                    answer = self._expect(path, MEDIA["ttl"], 200, 303)
            if answer.status_code == 200:
                self._expect_told(path, name)
            for accept, ending in _WISHES.items():
                answer = self._expect(place, accept, 200)
                if answer.status_code == 200:
                    self._expect_media(place, accept, _media_of(answer), MEDIA[ending])
                if "accept" not in answer.headers.get("vary", "").lower():
                    self._complain("vary", place)

    def _ask_wholes(self) -> None:
        """What stands for the dataset, its versions, the ontology, a question and a named graph leads to files."""
        versions = set()
        graphs = []
        for path in sorted(self.sums):
            if path.startswith(f"{folder.VERSIONS}/"):
                versions.add(path.split("/")[1])
            elif path.startswith("graph/"):
                graphs.append(path.removesuffix(".ttl.gz"))
        names = [f"dataset/{version}" for version in sorted(versions)]
        names += ["dataset", "ontology", "catalogue", "query/plans", *graphs[:1]]
        for path in names:
            answer = self._expect(path, "text/turtle", 200, *_LED_ON)
            if answer.status_code != 200:
                self._expect(self._target(answer), "text/turtle", 200)
        self._expect("dataset/99.99", "text/turtle", 303, 404)

    def _ask_retired(self) -> None:
        """What was given up is gone, or leads to what took its place."""
        for place, heir in self.retired.items():
            status = 301 if heir else 410
            self._expect(f"id/{place}", "text/html", status)
            self._expect(f"{DOCUMENTS}/{place}.ttl", "*/*", status)

    def _ask_tombstones(self) -> None:
        """What was given up says so where the server cannot: in its document."""
        for place in self.retired:
            path = shared_place(f"{DOCUMENTS}/{place}") + ".html"
            if path not in self.sums:
                continue
            answer = self._expect(path, "text/html", 200, 410)
            if answer.status_code == 200 and b'class="retired"' not in answer.content:
                self._complain("tombstone", path)

    def _target(self, answer: httpx.Response) -> str:
        """The path below the base that an answer leads to."""
        location = urlsplit(str(answer.headers.get("location", "")))
        return location.path.removeprefix(urlsplit(self.base).path)


def _media_of(answer: httpx.Response) -> str:
    """The media type of an answer, without its character set."""
    return str(answer.headers.get("content-type", "")).partition(";")[0].strip()


def verify(root: Path, base: str) -> Verification:
    """Ask a server for what a release in a folder holds; what it does not give are the faults.

    Raises:
        ProjectError: nothing answers, or the folder holds no release.
    """
    try:
        with httpx.Client(timeout=_SECONDS, follow_redirects=False) as client:
            verification = Verification(root, base, client)
            verification.run()
    except (OSError, ValueError) as error:
        fault = reason(error) if isinstance(error, OSError) else folder.MARK
        raise ProjectError(
            "holds-no-release-to-serve", place=Place(str(root)), error=fault
        ) from None
    return verification


def tell(verification: Verification) -> str:
    """A verification in sentences, a line each."""
    lines = list(verification.faults)
    if not verification.negotiates:
        lines.append(_WORDS.say("verify.plain", process_language()))
    faults = str(len(verification.faults))
    lines.append(_WORDS.say("verify.done", process_language(), n=verification.asked, faults=faults))
    return "".join(f"{line}\n" for line in lines)
