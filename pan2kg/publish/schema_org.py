"""The dataset as schema.org says it, for search engines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox

from pan2kg.publish.catalogue.authority import forms
from pan2kg.publish.catalogue.description import Distribution
from pan2kg.publish.catalogue.facts import DATASET
from pan2kg.publish.catalogue.terms import DCAT, FOAF, Term
from pan2kg.publish.edition import Edition
from pan2kg.turtle.vocabulary import DCTERMS

PATH: Final = "dataset.jsonld"


def write_dataset(edition: Edition, distributions: Sequence[Distribution]) -> bytes:
    """The description as JSON-LD."""
    issue, facts = edition.issue, edition.facts
    places = issue.addresses
    sheet: dict[str, object] = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        "@id": issue.dataset,
        "identifier": issue.dataset,
        "url": places.base,
        "name": _texts(facts.of(DATASET, DCTERMS + "title")),
        "description": _texts(facts.of(DATASET, DCTERMS + "description")),
        "keywords": _texts(facts.of(DATASET, DCAT + "keyword")),
        "license": [value.value for value in facts.of(DATASET, DCTERMS + "license")],
        "creator": [_agent(edition, value) for value in facts.of(DATASET, DCTERMS + "creator")],
        "publisher": [_agent(edition, value) for value in facts.of(DATASET, DCTERMS + "publisher")],
        "version": issue.version,
        "datePublished": str(issue.issued),
        "dateModified": str(issue.modified),
        "isAccessibleForFree": True,
        "inLanguage": ["fr", "en"],
        "distribution": [_download(edition, one) for one in distributions],
    }
    if facts.covers:
        sheet["temporalCoverage"] = "/".join(str(day) for day in facts.covers)
    return (json.dumps(sheet, ensure_ascii=False, indent=1) + "\n").encode()


def _texts(values: Sequence[Term]) -> list[dict[str, str]]:
    return [
        {"@language": value.language or "und", "@value": value.value}
        for value in values
        if isinstance(value, ox.Literal)
    ]


def _agent(edition: Edition, agent: Term) -> dict[str, object]:
    names = _texts(edition.facts.of(agent.value, FOAF + "name"))
    return {"@type": "Organization", "@id": edition.issue.addresses.own(agent.value), "name": names}


def _download(edition: Edition, one: Distribution) -> dict[str, object]:
    return {
        "@type": "DataDownload",
        "name": one.title.fr,
        "contentUrl": edition.issue.addresses.file(one.path),
        "encodingFormat": forms()[one.form].media,
        "contentSize": f"{one.size} B",
    }
