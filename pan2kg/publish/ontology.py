"""The ontology as it is edited, and in the forms its IRI is answered with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from pan2kg.project import read_text, turtle_files
from pan2kg.publish.edition import Edition, File
from pan2kg.turtle.vocabulary import ROOT

FORMS: Final = {"rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES}


def ontology_files(edition: Edition) -> Iterator[File]:
    """Every file of ``ontology/``, and the ontology proper in three more serialisations.

    Raises:
        ProjectError: a file cannot be read.
    """
    folder, root = edition.project.ontology, edition.issue.addresses.root
    for path in [*turtle_files(folder), *sorted(folder.glob("*.jsonld"))]:
        text = read_text(path).replace(ROOT, root)
        yield f"ontology/{path.relative_to(folder).as_posix()}", text.encode()
    whole = folder / "pan2kg.ttl"
    if whole.is_file():
        text = read_text(whole).replace(ROOT, root)
        triples = sorted((quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)), key=str)
        for ending, form in FORMS.items():
            written = ox.serialize(triples, format=form, prefixes=dict(edition.prefixes())) or b""
            yield f"ontology/pan2kg.{ending}", written
