"""What leads people to a release: its README, and the rules by which w3id.org leads each of our IRIs to a document.

A static release has a page for many things and a dump for all: who asks for HTML is led to the page, who asks
for data to the dump in the form asked for. Where ``pan2kg serve`` runs, all but the stored
questions is led there, and it negotiates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.i18n.catalogue import LANGUAGES, Language
from pan2kg.publish.catalogue.terms import FOAF, OWL, RELEASE, RELEASED, node
from pan2kg.publish.dump import DUMP_DERIVED, STATED
from pan2kg.publish.edition import Edition
from pan2kg.publish.void import Statistics
from pan2kg.turtle.vocabulary import DCTERMS, PAN

PATH: Final = "README.md"

SERVER: Final = """\
# Media types with their character set, and data open to scripts of other sites.
AddDefaultCharset utf-8
AddType "text/turtle; charset=utf-8" .ttl
AddType "application/n-triples; charset=utf-8" .nt
AddType "application/ld+json; charset=utf-8" .jsonld
AddType "application/rdf+xml; charset=utf-8" .rdf
AddType "application/trig; charset=utf-8" .trig
AddType "application/n-quads; charset=utf-8" .nq
AddType "text/csv; charset=utf-8" .csv
AddType "application/sparql-query; charset=utf-8" .rq
<Files "void">
ForceType "text/turtle; charset=utf-8"
</Files>
<IfModule mod_headers.c>
Header set Access-Control-Allow-Origin "*"
</IfModule>
"""


def write_readme(edition: Edition, counted: Statistics) -> bytes:
    """The text for a person, one language after the other."""
    return "\n---\n\n".join(_told(edition, counted, tag) for tag in RELEASED).encode()


def _told(edition: Edition, counted: Statistics, language: Language) -> str:
    issue, facts = edition.issue, edition.facts
    publisher = facts.of(facts.dataset, DCTERMS + "publisher")[0].value
    return RELEASE.say(
        "readme",
        language,
        title=_said(edition, edition.facts.dataset, DCTERMS + "title", language),
        description=_said(edition, edition.facts.dataset, DCTERMS + "description", language),
        publisher=_said(edition, publisher, FOAF + "name", language),
        version=issue.version,
        day=str(issue.modified),
        triples=counted.triples,
        licence=" ".join(value.value for value in edition.facts.of(edition.facts.dataset, DCTERMS + "license")),
        iri=issue.dataset,
    )


def _said(edition: Edition, subject: str, predicate: str, language: str) -> str:
    texts = [value for value in edition.facts.of(subject, predicate) if isinstance(value, ox.Literal)]
    return next((text.value for text in texts if text.language == language), texts[0].value if texts else subject)


def write_mark(edition: Edition, counted: Statistics) -> bytes:
    """The file that says which release this is."""
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
    }
    return (json.dumps(mark, ensure_ascii=False, indent=1) + "\n").encode()


RULES: Final = "w3id/.htaccess"
PLACEHOLDER: Final = "https://host.example/pan2kg/"
FORMS: Final = {
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
    "application/n-triples": "nt",
    "application/trig": "trig",
    "application/n-quads": "nq",
    "text/turtle": "ttl",
}
_ONTOLOGY_PAGE: Final = "ontology/index.fr.html"


@dataclass(frozen=True, slots=True)
class Rule:
    """Paths below the base of our IRIs, where they lead, and for whom: an empty ``accepts`` is everybody.

    A rule that ``chooses`` leads nowhere: it says which dump the rules after it mean.
    """

    pattern: str
    target: str = "-"
    accepts: str = ""
    flags: str = "R=303,L,NE"
    chooses: str = ""

    def written(self) -> str:
        """The rule as Apache's mod_rewrite reads it."""
        before = f"RewriteCond %{{HTTP_ACCEPT}} {re.escape(self.accepts)}\n" if self.accepts else ""
        flags = f"E=DUMP:{self.chooses}" if self.chooses else self.flags
        return f"{before}RewriteRule ^{self.pattern}$ {self.target} [{flags}]\n"

    def leads(self, path: str, accept: str, chosen: str) -> str | None:
        """Where the rule leads a path, without the address of the host; ``None`` where it does not apply.

        >>> Rule("id/plan/([^/]+)", "%{ENV:HOST}site/fr/plan/$1.html").leads("id/plan/lu-bhr-2", "", "")
        'site/fr/plan/lu-bhr-2.html'
        """
        match = re.fullmatch(self.pattern, path)
        if not match or (self.accepts and self.accepts not in accept):
            return None
        filled = self.target.removeprefix("%{ENV:HOST}").replace("%{ENV:DUMP}", chosen)
        return re.sub(r"\$(\d)", lambda number: match[int(number[1])] or "", filled)


def rules(edition: Edition, counted: Statistics, folder: Path, service: str = "") -> list[Rule]:
    """The rules in the order they apply; things are led to pages as far as the release in ``folder`` has them."""
    found = list(_retired(edition))
    questions = [
        Rule(r"(?:prefixes|query)", "%{ENV:HOST}queries.ttl"),
        Rule(r"query/([^/]+)", "%{ENV:HOST}queries/$1.ttl"),
    ]
    if service:
        return [*found, *questions, Rule("(.*)", f"{service.rstrip('/')}/$1")]
    described = r"(?:catalogue|dataset|contributors|publisher|profile|dataset/[^/]+)"
    found += _document("catalogue", described, ("jsonld", "rdf", "ttl"))
    page = _ONTOLOGY_PAGE if (folder / _ONTOLOGY_PAGE).is_file() else ""
    found += _document("ontology/pan2kg", r"ontology(?:/[0-9][^/]*)?", ("jsonld", "rdf", "ttl"), page)
    found += questions
    kinds = sorted(path.removeprefix("id/") for path in counted.own if path.startswith("id/") and path != "id/")
    for kind in kinds:
        if (folder / "site" / LANGUAGES[0] / kind).is_dir():
            pattern = f"id/{re.escape(kind)}/([^/]+)"
            found.append(Rule(pattern, f"%{{ENV:HOST}}site/fr/{kind}/$1.html", "text/html"))
    found += _links(edition)
    found += _document("%{ENV:DUMP}", r"id/(?:.*)", tuple(FORMS.values()))
    found += [
        Rule(r"graph/derived/(?:.*)", f"%{{ENV:HOST}}{DUMP_DERIVED}.trig"),
        Rule(r"graph/(?:.*)", f"%{{ENV:HOST}}{STATED}.trig"),
    ]
    return [*found, Rule(r"(.*)", "%{ENV:HOST}$1")]


def _links(edition: Edition) -> Iterator[Rule]:
    """Links are in either dump, and their IRIs do not tell in which: the stated ones, which are fewer, are named."""
    inner = edition.store.inner
    stated = {quad.subject for quad in inner.quads_for_pattern(None, node(PAN + "from"), None)}
    yield Rule("(?:.*)", chooses=STATED)
    if len(stated) <= _MOST_NAMED and any(inner.quads_for_pattern(None, node(PAN + "between"), None)):
        keys = sorted(re.escape(link.value.rpartition("/")[2]) for link in stated if isinstance(link, ox.NamedNode))
        yield Rule("id/link/(?:.*)", chooses=DUMP_DERIVED)
        yield Rule(f"id/link/(?:{'|'.join(keys)})", chooses=STATED)


_MOST_NAMED: Final = 2_000


def _document(name: str, pattern: str, endings: tuple[str, ...], page: str = "") -> Iterator[Rule]:
    """One document in several forms: the one asked for, else the page where there is one, else the last form."""
    for media, ending in FORMS.items():
        if ending in endings:
            yield Rule(pattern, f"%{{ENV:HOST}}{name}.{ending}", media)
    if page:
        yield Rule(pattern, f"%{{ENV:HOST}}{page}", "text/html")
    yield Rule(pattern, f"%{{ENV:HOST}}{name}.ttl")


def _retired(edition: Edition) -> Iterator[Rule]:
    """Identifiers that were given up for one thing of ours lead on to it; what else was given up is gone.

    Statements say what replaces it. The service of the graph answers the same.
    """
    places, quads = edition.issue.addresses, edition.store.inner.quads_for_pattern(None, node(OWL + "deprecated"), None)
    deprecated = {
        quad.subject.value
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode) and getattr(quad.object, "value", "") in ("true", "1")
    }
    retired = edition.graph.retired
    for old in sorted(deprecated | retired.keys()):
        if not places.own(old).startswith(places.root):
            continue
        path = re.escape(places.own(old).removeprefix(places.root))
        following = [places.own(one) for one in retired.get(old, ())]
        if len(following) == 1 and following[0].startswith(places.root):
            yield Rule(path, following[0], flags="R=301,L,NE")
        else:
            yield Rule(path, flags="G")


def write_rules(edition: Edition, applied: list[Rule], *, has_base: bool) -> bytes:
    """The rules as an ``.htaccess`` file for the folder of the permanent identifier."""
    host = edition.issue.addresses.base if has_base else PLACEHOLDER
    remark = "" if has_base else "# The release was made without --base: put the address of its files here.\n"
    head = (
        f"# Leads {edition.issue.addresses.root}… to what describes it. Made by pan2kg publish, version "
        f"{edition.issue.version}.\nOptions +FollowSymLinks -MultiViews\nRewriteEngine on\n{remark}"
        f"RewriteRule ^ - [E=HOST:{host}]\n"
        f'Header always set Access-Control-Allow-Origin "*"\nHeader always set Vary "Accept"\n\n'
    )
    return (head + "".join(rule.written() for rule in applied)).encode()
