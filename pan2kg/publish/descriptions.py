"""The stored questions as queries a machine can list and run (``sh:SPARQLExecutable``), one file each and all together.

An editor that looks for such descriptions in a graph or at an address offers the questions as examples and knows the
prefixes, without any configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from pan2kg.project import read_text
from pan2kg.publish.catalogue.form import write
from pan2kg.publish.catalogue.terms import PREFIXES, SCHEMA, Sheet, node, said, typed
from pan2kg.publish.edition import Edition, File
from pan2kg.store.queries import Query, read_queries
from pan2kg.store.rules import rule_files
from pan2kg.turtle.vocabulary import DCTERMS, RDFS, ROOT, SH

WHOLE: Final = "queries.ttl"
_PREFIX: Final = re.compile(r"^\s*PREFIX\s+([\w-]*):\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_ASK: Final = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)
_KINDS: Final = {"select": "Select", "ask": "Ask", "construct": "Construct", "describe": "Describe"}


def example_files(edition: Edition) -> Iterator[File]:
    """Each question as it is stored and as a description, all descriptions in one file, and the rules.

    Raises:
        ProjectError: a question or a rule cannot be read.
    """
    whole = Sheet()
    prefixes = {**PREFIXES, "sh": SH, "schema": SCHEMA}
    for query in sorted(read_queries(edition.project).values(), key=lambda query: query.name):
        text = query.text.replace(ROOT, edition.issue.addresses.root)
        sheet = Sheet()
        _describe(sheet, edition, query, text)
        _describe(whole, edition, query, text)
        yield f"queries/{query.group}/{query.name}.rq", text.encode()
        yield f"queries/{query.name}.ttl", write(sheet.triples, "ttl", prefixes)
    for path in rule_files(edition.project):
        yield f"queries/rules/{path.name}", read_text(path).replace(ROOT, edition.issue.addresses.root).encode()
    yield WHOLE, write(whole.triples, "ttl", prefixes)


def _describe(sheet: Sheet, edition: Edition, query: Query, text: str) -> None:
    places = edition.issue.addresses
    about = node(f"{places.root}query/{query.name}")
    form = (_ASK.search(text) or ["", "select"])[1].lower()
    sheet.call(about, SH + "SPARQLExecutable", f"{SH}SPARQL{_KINDS[form]}Executable")
    sheet.say(about, RDFS + "label", *said(query.question("fr"), query.question("en")))
    sheet.say(about, RDFS + "comment", *said(query.question("fr"), query.question("en")))
    if query.header.get("summary"):
        sheet.say(about, DCTERMS + "description", ox.Literal(query.header["summary"], language="en"))
    for word in query.header.get("tags", "").replace(",", " ").split():
        sheet.say(about, SCHEMA + "keywords", ox.Literal(word))
    sheet.say(about, SH + form, ox.Literal(text))
    if places.endpoint:
        sheet.say(about, SCHEMA + "target", node(places.endpoint))
    declared = node(places.root + "prefixes")
    sheet.say(about, SH + "prefixes", declared)
    for name, space in _PREFIX.findall(text):
        one = node(f"{declared.value}#{name}")
        sheet.say(declared, SH + "declare", one)
        sheet.say(one, SH + "prefix", ox.Literal(name))
        sheet.say(one, SH + "namespace", typed(space, "anyURI"))
