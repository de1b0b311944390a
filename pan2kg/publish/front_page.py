"""What a release says to who opens it: its front page, that of a version, what is missing, and its README.

It is the landing page of the dataset, the home page of the catalogue and where the permanent identifier leads. It is
one file for all languages, since a host of plain files cannot choose; its links are relative, so that it works
wherever the folder stands.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages, decimal, format_of
from pan2kg.i18n.days import in_words
from pan2kg.publish.catalogue.description import Distribution
from pan2kg.publish.catalogue.facts import forms
from pan2kg.publish.catalogue.terms import FOAF
from pan2kg.publish.edition import Edition, File
from pan2kg.publish.void import Statistics
from pan2kg.site.page import embedded
from pan2kg.tables.template import render
from pan2kg.turtle.vocabulary import DCTERMS

FRONT: Final = "index.html"
_WORDS: Final = Messages("publication")
_KILO: Final = 1_000
_MEGA: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be taken along: its words, and its files by format, address and size."""

    title: str
    about: str
    files: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The page in one language."""

    language: Language
    endonym: str
    title: str
    description: str
    day: str
    publisher: str
    offers: tuple[Offer, ...]
    links: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str], ...]
    home: str = ""


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What a front page is made from; ``files`` are the paths there are, ``versions`` the numbers, newest first."""

    edition: Edition
    counted: Statistics
    offered: Sequence[Distribution]
    files: Collection[str]
    versions: Sequence[str]
    described: object = None

    def written(self, *, kept: bool = False) -> bytes:
        """The page; one that is ``kept`` stands below its version, two folders down."""
        issue = self.edition.issue
        up = "../../" if kept else ""
        values = {
            "sections": [self._section(tag, up) for tag in LANGUAGES],
            "issue": issue,
            "number": self.counted.triples,
            "licences": [one.value for one in self.edition.facts.of(self.edition.facts.dataset, DCTERMS + "license")],
            "up": up,
            "versions": [one for one in self.versions if not kept],
            "versions_at": "version/",
            "kept": kept,
            "contact": _contact(issue.contact),
            "described": embedded(self.described) if self.described and not kept else "",
            "say": _WORDS.say,
        }
        return render("release.html", values).encode()

    def _section(self, tag: Language, up: str) -> Section:
        facts, issue = self.edition.facts, self.edition.issue
        publisher = facts.of(facts.dataset, DCTERMS + "publisher")[0].value
        return Section(
            tag,
            format_of("name", tag),
            self._said(facts.dataset, DCTERMS + "title", tag),
            self._said(facts.dataset, DCTERMS + "description", tag),
            in_words(issue.modified, tag),
            self._said(publisher, FOAF + "name", tag),
            tuple(self._offers(tag, up)),
            tuple(self._links(tag)),
            tuple(self._changes(tag)),
            home if (home := f"{tag}/index.html") in self.files else "",
        )

    def _said(self, subject: str, predicate: str, language: str) -> str:
        texts = [one for one in self.edition.facts.of(subject, predicate) if isinstance(one, ox.Literal)]
        return next((one.value for one in texts if one.language == language), texts[0].value if texts else subject)

    def _offers(self, tag: Language, up: str) -> Sequence[Offer]:
        found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for one in self.offered:
            words = (one.group or one.title).say(tag), one.about.say(tag)
            at = f"{up}{one.path}" if one.form == "zip" else one.path
            found.setdefault(words, []).append((forms()[one.form].name, at, size_of(one.size, tag)))
        return [Offer(title, about, tuple(files)) for (title, about), files in found.items()]

    def _links(self, tag: Language) -> Sequence[tuple[str, str]]:
        ontology = next(
            (one for one in (f"ontology/index.{tag}.html", "ontology/index.en.html") if one in self.files), ""
        )
        wanted = (
            ("catalogue", "catalogue.ttl"), ("tables", "tables/csv-metadata.json"), ("ontology", ontology),
            ("questions", "queries.ttl"), ("readme", "README.md"), ("endpoint", self.edition.issue.addresses.endpoint),
        )  # fmt: skip
        return [(_WORDS.say(f"page.{key}", tag), path) for key, path in wanted if path in self.files or "://" in path]

    def _changes(self, tag: Language) -> Sequence[tuple[str, str]]:
        wanted = (("changes", f"changes/changes.{tag}.md"), ("feed", f"changes/feed.{tag}.atom"))
        return [(_WORDS.say(f"page.{key}", tag), path) for key, path in wanted if path in self.files]


def _contact(contact: str) -> str:
    return contact if not contact or "://" in contact else f"mailto:{contact.removeprefix('mailto:')}"


def size_of(size: int, language: Language) -> str:
    """A number of bytes as a reader knows it.

    >>> size_of(12_345_678, "en"), size_of(900, "fr").replace("\\N{NO-BREAK SPACE}", " ")
    ('12.3 MB', '1 ko')
    """
    if size >= _MEGA:
        return _WORDS.say("page.mb", language, size=decimal(size / _MEGA, language, 1))
    return _WORDS.say("page.kb", language, size=str(max(size // _KILO, 1)))


def missing_files(root: str) -> Sequence[File]:
    """What a server shows where there is nothing, or nothing any more; ``root`` is the path the files stand below."""
    values = {"root": root, "languages": LANGUAGES, "say": _WORDS.say}
    return [(f"{status}.html", render("nothing.html", {"status": status, **values}).encode()) for status in (404, 410)]


README: Final = "README.md"
_FILES: Final = (
    ("pages", "fr/", "en/", "de/"),
    ("site", "site.zip"),
    ("actions", "data/actions", "data/links", "data/bodies", "data/texts"),
    ("turtle", "data/pan2kg.ttl"),
    ("quads", "data/pan2kg.nq.gz"),
    ("tables", "tables/"),
    ("documents", "doc/"),
    ("graphs", "graph/"),
    ("ontology", "ontology/"),
    ("queries", "queries/", "queries.ttl"),
    ("catalogue", "catalogue.ttl", "catalogue.rdf", "catalogue.jsonld"),
    ("dataset", "dataset.jsonld"),
    ("void", "void.ttl", ".well-known/void"),
    ("service", "service.ttl"),
    ("changes", "changes/changes"),
    ("feed", "changes/feed"),
    ("hosts", "w3id/.htaccess", ".htaccess", "nginx.conf"),
    ("release", "release.json"),
    ("licence", "LICENSE-DATA"),
    ("citation", "CITATION.cff"),
)
"""What a release may hold: the key of its words, and what the paths of its files begin with."""
_ALWAYS: Final = (("front", "index.html"), ("versions", "version/"), ("checksums", "CHECKSUMS"))
"""What is written after this text."""


def write_readme(edition: Edition, counted: Statistics, paths: Sequence[str]) -> bytes:
    """The text for a person, one language after the other; ``paths`` are the files there are."""
    there = [
        (key, found) for key, *starts in _FILES
        if (found := [start for start in starts if any(path.startswith(start) for path in paths)])
    ]  # fmt: skip
    files = [*((key, [path]) for key, path in _ALWAYS[:1]), *there, *((key, [path]) for key, path in _ALWAYS[1:])]
    return "\n---\n\n".join(_told(edition, counted, tag, files) for tag in LANGUAGES).encode()


def _told(edition: Edition, counted: Statistics, language: Language, files: Sequence[tuple[str, list[str]]]) -> str:
    issue, facts = edition.issue, edition.facts
    publisher = facts.of(facts.dataset, DCTERMS + "publisher")[0].value
    return _WORDS.say(
        "readme",
        language,
        title=_said(edition, edition.facts.dataset, DCTERMS + "title", language),
        description=_said(edition, edition.facts.dataset, DCTERMS + "description", language),
        publisher=_said(edition, publisher, FOAF + "name", language),
        version=issue.version,
        day=str(issue.modified),
        triples=counted.triples,
        licence=" ".join(value.value for value in edition.facts.of(edition.facts.dataset, DCTERMS + "license")),
        iri=issue.version_iri,
        files="\n".join(
            f"| {', '.join(f'`{path}`' for path in paths)} | {_WORDS.say(f'file.{key}', language)} |"
            for key, paths in files
        ),
    )


def _said(edition: Edition, subject: str, predicate: str, language: str) -> str:
    texts = [value for value in edition.facts.of(subject, predicate) if isinstance(value, ox.Literal)]
    return next((text.value for text in texts if text.language == language), texts[0].value if texts else subject)


def write_mark(edition: Edition, counted: Statistics, retired: Mapping[str, str]) -> bytes:
    """The file that says which release this is, and what was ``retired``: the place of each thing and of its heir."""
    issue = edition.issue
    mark = {
        "dataset": issue.dataset,
        "version": issue.version,
        "issued": str(issue.issued),
        "modified": str(issue.modified),
        "previous": issue.previous,
        "root": issue.addresses.root,
        "base": issue.addresses.base,
        "endpoint": issue.addresses.endpoint,
        "triples": counted.triples,
        "retired": dict(retired),
    }
    return (json.dumps(mark, ensure_ascii=False, indent=1) + "\n").encode()
