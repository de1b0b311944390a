"""The text that says what a release holds, in each language: only what is there. And the mark by which it is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES, Language, Messages
from pan2kg.publish.catalogue.terms import FOAF
from pan2kg.publish.edition import Edition
from pan2kg.publish.void import Statistics
from pan2kg.turtle.vocabulary import DCTERMS

PATH: Final = "README.md"
_WORDS: Final = Messages("publication")
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
