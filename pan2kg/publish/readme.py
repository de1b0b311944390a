"""What a person reads who opens the folder: what is in it, and how to cite it."""

from __future__ import annotations

import json
from typing import Final

import pyoxigraph as ox

from pan2kg.graph.dataset import DATASET
from pan2kg.i18n.catalogue import Language, grouped
from pan2kg.publish.catalogue.terms import FOAF, RELEASED
from pan2kg.publish.edition import Edition
from pan2kg.publish.void import Statistics
from pan2kg.turtle.vocabulary import DCTERMS

PATH: Final = "README.md"

_TEXT: Final = """\
# {title_fr}

{description_fr}

Version {version} du {day}, {triples_fr} énoncés. Licence : {licence}
Les passages cités (`pan:quote`) et les intitulés officiels restent soumis aux droits de leurs auteurs.

Comment citer : {publisher_fr}, *{title_fr}*, version {version}, {day}. {iri}

---

# {title_en}

{description_en}

Version {version} of {day}, {triples_en} statements. Licence: {licence}
Quoted passages (`pan:quote`) and official titles stay under the rights of their authors.

How to cite: {publisher_en}, *{title_en}*, version {version}, {day}. {iri}
A single thing is best cited by its own IRI, with the version.

## What is here

| path | what it is |
|---|---|
| `catalogue.ttl`, `.rdf`, `.jsonld` | the catalogue (DCAT-AP), the three the same graph |
| `data/pan2kg.*` | what sources state, with the ontology, in six serialisations of one dataset |
| `data/pan2kg-derived.*` | what rules computed from it, apart |
| `tables/` | the same as CSV tables, each with its CSVW metadata; `csv-metadata.json` is all of them together |
| `ontology/` | the ontology, its schemes and shapes; `index.fr.html` and `index.en.html` explain every term |
| `queries/`, `queries.ttl` | the stored questions, as text and as `sh:SPARQLExecutable` |
| `.well-known/void`, `void.ttl` | what is in the graph, counted |
| `service.ttl` | the SPARQL endpoint, where one was announced |
| `dataset.jsonld` | the dataset as schema.org says it |
| `site/`, `site.zip` | the pages, for any web server or to be opened from disk; `sitemap.xml` lists them |
| `changes/` | what changed, where a release before was named: in words, as a table, a patch and an Atom feed |
| `w3id/.htaccess` | rules that lead our IRIs to these files |
| `.htaccess` | media types for a web server that serves this folder |
| `release.json` | which release this is |
| `LICENSE-DATA`, `CITATION.cff` | the licence of the data, and how programs cite them |
| `CHECKSUMS` | SHA-256 of every file: `sha256sum -c CHECKSUMS` |

Turtle, N-Triples, RDF/XML and JSON-LD hold the triples; TriG and N-Quads hold them with their named graph, which is
the file or the rule a statement is from.
"""

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
    """The text for a person, French first."""
    issue = edition.issue
    values = {
        "version": issue.version,
        "day": str(issue.modified),
        "iri": issue.dataset,
        "licence": " ".join(value.value for value in edition.facts.of(DATASET, DCTERMS + "license")),
    }
    spoken: tuple[Language, ...] = RELEASED
    for tag in spoken:
        values[f"triples_{tag}"] = grouped(counted.triples, tag)
        values[f"title_{tag}"] = _said(edition, DATASET, DCTERMS + "title", tag)
        values[f"description_{tag}"] = _said(edition, DATASET, DCTERMS + "description", tag)
        publisher = edition.facts.of(DATASET, DCTERMS + "publisher")[0].value
        values[f"publisher_{tag}"] = _said(edition, publisher, FOAF + "name", tag)
    return _TEXT.format(**values).encode()


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
