"""Assembling a release: every part written, described and checked in a folder of its own, then put in its place.

The parts are the dumps and tables, the pages, the documentation of the ontology and what changed since the release
before. The catalogue is written after the files it offers, since it states their sizes and checksums; the list of
checksums is written last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text
from pan2kg.i18n.message import say, told, verbatim
from pan2kg.publish import descriptions as schema_org
from pan2kg.publish import descriptions as service
from pan2kg.publish import folder as archive
from pan2kg.publish import tables as csvw
from pan2kg.publish import void
from pan2kg.publish.catalogue.description import Distribution, describe
from pan2kg.publish.catalogue.facts import forms
from pan2kg.publish.catalogue.terms import PREFIXES, write
from pan2kg.publish.descriptions import example_files, map_files, ontology_files
from pan2kg.publish.diff.change_report import read_change_report, write_markdown
from pan2kg.publish.diff.feed import write_csv
from pan2kg.publish.diff.states import Side, change_list, read_side, side_of_store
from pan2kg.publish.documents import DOCUMENTS, document_files, graph_files, read_described
from pan2kg.publish.dump import DUMPS, QUADS, TURTLE, Content, joined, read_content, write_dumps
from pan2kg.publish.edition import Edition, File, Note, Part, silent
from pan2kg.publish.folder import (
    MARK,
    VERSIONS,
    WELCOME,
    ReleaseFolder,
    add_version,
    build,
    keep_versions,
    measure,
    read_mark,
    refuse_target,
    versions_in,
    walk,
    write_checksums,
)
from pan2kg.publish.front_page import FRONT, README, FrontPage, missing_files, write_mark, write_readme
from pan2kg.publish.hosts import host_files, retired_places
from pan2kg.publish.inspection import inspect_catalogue, inspect_checksums, inspect_count, inspect_dumps, inspect_links
from pan2kg.publish.measured import measured_tables, published_weights
from pan2kg.publish.products import FOLDER as PRODUCTS_AT
from pan2kg.publish.products import PRODUCTS, product_files
from pan2kg.publish.products import forms as product_forms
from pan2kg.publish.succession import Predecessor, dump_lines, refuse_version, says, write_feeds, write_update
from pan2kg.publish.tables import Source, read_table, table_definitions
from pan2kg.publish.void import Statistics, count, targets_of
from pan2kg.site.bundle import find_bundle
from pan2kg.site.ontology_page import documentation
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site, contents, seldom_collected
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DCTERMS
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.rights import refuse_whole

CHANGES: Final = "changes"
_WORDS: Final = Messages("publication")


def site_part(edition: Edition) -> Iterator[File]:
    """The pages, as they are on the day of the release; the whole graph, which they offer, is among the dumps."""
    site_context = SiteContext(edition.graph, bundle=find_bundle(), catalogue=edition.catalogue)
    for path, body in contents(Site(site_context)):
        if path != QUADS:
            yield WELCOME if path == FRONT else path, body


def documentation_part(edition: Edition) -> Iterator[File]:
    """The documentation of the ontology."""
    yield from documentation(edition.project, edition.store).items()


def change_part(edition: Edition) -> Iterator[File]:
    """What changed since the release before: in words, as a table and as SPARQL Update; and a feed of all versions.

    Raises:
        ProjectError: the release before cannot be read, or its version says something else.
        TurtleError: it is no RDF.
    """
    # blank nodes, which would have to be named alike, are refused before
    new = Side(edition.issue.version, frozenset(edition.store.inner))
    before = edition.before
    old = read_side(before) if before else new
    change = change_list(old, new)
    report = read_change_report(change, published_weights(before) if before else None)
    for path in sorted((edition.previous / CHANGES).glob(f"{CHANGES}.*")) if edition.previous and not before else ():
        yield f"{CHANGES}/{path.name}", path.read_bytes()
    for language in LANGUAGES if before else ():
        yield f"{CHANGES}/{CHANGES}.{language}.md", write_markdown(report, language).encode()
        yield f"{CHANGES}/{CHANGES}.{language}.csv", write_csv(report, language).encode()
    if before and (lines := dump_lines(before)):
        whole = joined(*read_content(edition.store, edition.issue.addresses))
        yield f"{CHANGES}/{CHANGES}.ru", "".join(write_update(lines, whole.quads)).encode()
    for language in LANGUAGES:
        name = f"{CHANGES}/feed.{language}.atom"
        yield name, write_feeds(report, edition.issue, language, edition.previous, name)


PARTS: Final = (site_part, documentation_part, change_part)
"""All of them, in the order they are made."""


def distributions(folder: Path) -> Iterator[Distribution]:
    """What the catalogue offers: tables for people, the pages as one file, and the graph; each measured.

    Raises:
        OSError: a file cannot be read.
    """
    for one in PRODUCTS:
        for form in product_forms():
            title = _WORDS.known("product.form", title=one.title, form=forms()[form].name)
            path = f"{PRODUCTS_AT}/{one.name}.{form}"
            yield replace(_measured(folder, path, form, f"{one.name}-{form}", (title, one.about)), group=one.title)
    for key, path, form in (("turtle", TURTLE, "ttl"), ("quads", QUADS, "nq")):
        yield _measured(folder, path, form, key, (_WORDS.known(f"product.{key}"), _WORDS.known(f"product.{key}-about")))
    if (folder / archive.PATH).is_file():
        texts = _WORDS.known("product.site"), _WORDS.known("product.site-about")
        yield _measured(folder, archive.PATH, "zip", "site", texts)


def _measured(folder: Path, path: str, form: str, key: str, texts: tuple[Text, Text]) -> Distribution:
    found = measure(folder / path)
    return Distribution(key, path, form, found.size, found.sha512, *texts)


@dataclass(frozen=True, slots=True)
class ReleaseOptions:
    """How a release is wanted: what day it is, where a service answers, and whether files have an address."""

    today: date
    service: str = ""
    has_base: bool = False


def publish(
    edition: Edition, folder: Path, options: ReleaseOptions, *, parts: Sequence[Part] = (), note: Note = silent
) -> Statistics:
    """Write a release into ``folder``, whole or not at all; what was counted in it.

    ``parts`` give the files this package does not make itself: pages, documentation, changes.

    Raises:
        ProjectError: the folder may not be replaced or cannot be written, a text would go out whole, or the release
            found a fault in itself.
    """
    refuse_target(folder, edition.issue)
    refuse_whole(edition.project)
    done: list[Statistics] = []
    with seldom_collected():
        build(folder, lambda work: done.append(_fill(edition, work, options, parts, note)))
    return done[0]


def _fill(edition: Edition, work: Path, options: ReleaseOptions, parts: Sequence[Part], note: Note) -> Statistics:
    release_folder = ReleaseFolder(work)
    note(say("progress", "reading-graph"))
    stated, derived = read_content(edition.store, edition.issue.addresses)
    counted = count(stated, derived, edition.issue.addresses.root, targets_of(edition.graph.profile))
    whole = joined(stated, derived)
    _refuse_version(edition, whole)
    dumps = _dumps(edition, work, stated, whole, note)
    described = read_described(edition, whole)
    _put(release_folder, edition, (table_files, ontology_files, example_files, _legal_files), note)
    _put(release_folder, edition, (lambda _: product_files(described),), note)
    offered = list(distributions(work))
    drawn = _put(release_folder, replace(edition, catalogue=_catalogue(edition, offered)), parts, note)
    pages = {path for path in drawn if path.endswith(".html")}
    documents = (lambda _: document_files(described, pages), lambda one: graph_files(one, whole))
    _put(release_folder, edition, documents, note)
    if archive.pack(work, [path for path in drawn if _is_of_site(path)], edition.issue.modified):
        offered = list(distributions(work))
    note(say("progress", "describing"))
    keep_versions(work, edition.previous)
    retired = retired_places(described)
    for path, content in _descriptions(edition, work, options, (counted, retired), offered):
        release_folder.put(path, content)
    for path, content in host_files(edition, retired, has_base=options.has_base, service=options.service):
        release_folder.put(path, content)
    _put_front(edition, release_folder, counted, offered)
    note(say("progress", "checksums"))
    write_checksums(work, release_folder.sums)
    note(say("progress", "checking"))
    _inspect(edition, work, options, counted, dumps)
    return counted


def _refuse_version(edition: Edition, whole: Content) -> None:
    """Refuse a version that has been used for something else."""
    mark = read_mark(edition.previous) if edition.previous else None
    if edition.previous is None or mark is None:
        return
    before = Predecessor(edition.previous, mark["version"], mark.get("previous", ""))
    report = None
    if before.version == edition.issue.version and not says(before.folder, whole.quads):
        change = change_list(read_side(before.folder), side_of_store(edition.store, edition.issue.version))
        report = read_change_report(change)
    refuse_version(edition.issue, before, whole.quads, report)


def _is_of_site(path: str) -> bool:
    return path == WELCOME or path.partition("/")[0] in (*LANGUAGES, "assets", PRODUCTS_AT)


def _put_front(
    edition: Edition, release_folder: ReleaseFolder, counted: Statistics, offered: Sequence[Distribution]
) -> None:
    """The front page and the version's own files, which both need all others to be there."""
    work, number = release_folder.root, edition.issue.version
    root = urlsplit(edition.issue.addresses.base).path or "/"
    for path, content in missing_files(root):
        release_folder.put(path, content)
    release_folder.put(STYLE.name, STYLE.read_bytes())
    release_folder.put(README, write_readme(edition, counted, [*walk(work)]))
    versions = [number, *(one for one in versions_in(work) if one != number)]
    described = schema_org.describe_dataset(edition, offered)
    page = FrontPage(edition, counted, offered, frozenset(walk(work)), versions, described)
    add_version(work, number, page.written(kept=True))
    release_folder.put(FRONT, page.written())


STYLE: Final = Path(__file__).with_name("release.css")


def _put(release_folder: ReleaseFolder, edition: Edition, parts: Iterable[Part], note: Note) -> list[str]:
    done = []
    for part in parts:
        for path, content in part(edition):
            note(say("progress", "writing", path=path))
            release_folder.put(path, content)
            done.append(path)
    return done


def _catalogue(edition: Edition, offered: Sequence[Distribution]) -> LocalStore:
    store = LocalStore(ox.Store())
    store.add(edition.facts.catalogue, describe(edition.facts, edition.issue, offered))
    return store


def _dumps(edition: Edition, work: Path, stated: Content, whole: Content, note: Note) -> dict[str, Content]:
    written: dict[str, Content] = {}
    for path, content in write_dumps(stated, whole, work, edition.prefixes()):
        note(say("progress", "writing", path=path))
        written[path] = content
    return written


def table_files(edition: Edition) -> Iterator[File]:
    """The tables, each with its metadata, and the metadata of all of them together."""
    source = Source(edition.store, read_prefixes(edition.project), edition.issue.addresses)
    licence = edition.facts.of(edition.facts.dataset, DCTERMS + "license")[0].value
    csv_tables = [read_table(source, definition) for definition in table_definitions()]
    csv_tables += measured_tables(edition.graph, source)
    described = [csvw.describe_table(csv_table, source, edition.issue, licence) for csv_table in csv_tables]
    for csv_table, metadata in zip(csv_tables, described, strict=True):
        name = f"{csvw.FOLDER}/{csv_table.definition.name}.csv"
        yield name, csv_table.written()
        yield f"{name}-metadata.json", csvw.written(metadata)
    yield csvw.GROUP, csvw.written(csvw.describe_group(csv_tables, described))


def _legal_files(edition: Edition) -> Iterator[File]:
    for name in ("LICENSE-DATA", "CITATION.cff"):
        path = edition.project.root / name
        if path.is_file():
            yield name, path.read_bytes()


def _descriptions(
    edition: Edition,
    work: Path,
    options: ReleaseOptions,
    known: tuple[Statistics, Mapping[str, str]],
    offered: Sequence[Distribution],
) -> Iterator[File]:
    counted, retired = known
    described = void.write_void(edition, counted, DUMPS)
    yield from ((path, described) for path in void.PATHS)
    if edition.issue.addresses.endpoint:
        yield service.SERVICE_PATH, service.write_service(edition, counted)
    yield schema_org.PATH, schema_org.write_dataset(edition, offered)
    yield MARK, write_mark(edition, counted, retired)
    triples = describe(edition.facts, edition.issue, offered)
    for ending in ("ttl", "rdf", "jsonld"):
        yield f"catalogue.{ending}", write(triples, ending, PREFIXES)
    pages = (path for path in walk(work) if path.endswith(".html") and not path.startswith(_NO_PAGES))
    if options.has_base:
        yield from map_files(chain([FRONT], pages), edition.issue)


_NO_PAGES: Final = (f"{DOCUMENTS}/", f"{VERSIONS}/")
"""What a search engine finds by the pages themselves."""


def _inspect(
    edition: Edition, work: Path, options: ReleaseOptions, counted: Statistics, dumps: Mapping[str, Content]
) -> None:
    """Refuse to finish on a fault.

    Raises:
        ProjectError: there is one; the first few in words.
    """
    found = [
        *inspect_dumps(work, dumps),
        *inspect_catalogue(work, edition.issue, options.today),
        *inspect_count(work, counted.triples),
        *inspect_links(work, edition.issue.addresses),
        *inspect_checksums(work),
    ]
    if found:
        faults = verbatim(" ".join(found[:_SHOWN]))
        if len(found) > _SHOWN:
            faults = told("faults-more", faults=faults, n=len(found) - _SHOWN)
        raise ProjectError(
            "release-unsound",
            place=Place("release"),
            remedy="nothing-published",
            faults=faults,
        )


_SHOWN = 5
