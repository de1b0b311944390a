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
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Text
from pan2kg.i18n.message import say, told, verbatim
from pan2kg.publish import descriptions as schema_org
from pan2kg.publish import descriptions as service
from pan2kg.publish import dump, readme, void
from pan2kg.publish import folder as archive
from pan2kg.publish import tables as csvw
from pan2kg.publish.catalogue.description import Distribution, describe
from pan2kg.publish.catalogue.facts import forms
from pan2kg.publish.catalogue.terms import PREFIXES, RELEASE, RELEASED, write
from pan2kg.publish.descriptions import example_files, map_files, ontology_files
from pan2kg.publish.diff.change_report import read_change_report, write_markdown
from pan2kg.publish.diff.feed import day_of, write_csv, write_feed
from pan2kg.publish.diff.patch import patch_of, write_patch
from pan2kg.publish.diff.states import change_list, read_side, side_of_store
from pan2kg.publish.dump import DUMP_DERIVED, STATED, Content, read_content
from pan2kg.publish.edition import Edition, File, Note, Part, silent
from pan2kg.publish.folder import MARK, SITE, ReleaseFolder, build, measure, refuse_target, walk, write_checksums
from pan2kg.publish.inspection import inspect_catalogue, inspect_checksums, inspect_count, inspect_dumps, inspect_links
from pan2kg.publish.measured import MEASURED, measured_tables, published_weights
from pan2kg.publish.readme import PATH as README
from pan2kg.publish.readme import SERVER, write_mark, write_readme
from pan2kg.publish.tables import FOLDER, Source, read_table, table_definitions
from pan2kg.publish.void import Statistics, count, targets_of
from pan2kg.site.bundle import find_bundle
from pan2kg.site.ontology_page import documentation
from pan2kg.site.registry import Site
from pan2kg.site.site_context import SiteContext
from pan2kg.site.writing import contents
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import DCTERMS
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.rights import refuse_whole

if TYPE_CHECKING:
    from pan2kg.publish.edition import Edition, File


CHANGES: Final = "changes"


def site_part(edition: Edition) -> Iterator[File]:
    """The pages as a folder that works on any host and from disk, as they are on the day of the release."""
    site_context = SiteContext(edition.graph, bundle=find_bundle(), catalogue=edition.catalogue)
    for path, body in contents(Site(site_context)):
        yield f"{SITE}/{path}", body


def documentation_part(edition: Edition) -> Iterator[File]:
    """The documentation of the ontology."""
    yield from documentation(edition.project, edition.store).items()


def change_part(edition: Edition) -> Iterator[File]:
    """What changed since the release before, where one was named: in words, as a table, a patch and a feed.

    Raises:
        ProjectError: the release before cannot be read.
        TurtleError: it is no RDF.
    """
    if edition.previous is None:
        return
    old, new = read_side(edition.previous), side_of_store(edition.store, edition.issue.version)
    change = change_list(old, new)
    report = read_change_report(change, published_weights(edition.previous))
    day = day_of(change, edition.issue.modified)
    yield f"{CHANGES}/{CHANGES}.trig", write_patch(patch_of(old, new))
    for language in RELEASED:
        feed = f"{CHANGES}/{CHANGES}.{language}.atom"
        yield f"{CHANGES}/{CHANGES}.{language}.md", write_markdown(report, language).encode()
        yield f"{CHANGES}/{CHANGES}.{language}.csv", write_csv(report, language).encode()
        yield feed, write_feed(report, language, day, address=edition.issue.addresses.file(feed)).encode()


PARTS: Final = (site_part, documentation_part, change_part)
"""All of them, in the order they are made."""


_NAMES: Final = {STATED: "graph", DUMP_DERIVED: "derived"}


def distributions(folder: Path, dumps: list[str]) -> Iterator[Distribution]:
    """What the catalogue offers of the data: dumps and tables, each measured.

    Raises:
        OSError: a file cannot be read.
    """
    for path in dumps:
        yield _dump(folder, path)
    for definition in (*table_definitions(), *MEASURED):
        path = f"{FOLDER}/{definition.name}.csv"
        about = RELEASE.known("offer.table", name=definition.name)
        yield _measured(folder, path, "csv", f"table-{definition.name}", (definition.title, about))


def site_distributions(folder: Path) -> Iterator[Distribution]:
    """The site as the catalogue offers it, where there is one.

    Raises:
        OSError: the file cannot be read.
    """
    if (folder / archive.PATH).is_file():
        texts = RELEASE.known("offer.site"), RELEASE.known("offer.site-about")
        yield _measured(folder, archive.PATH, "zip", "site", texts)


def _dump(folder: Path, path: str) -> Distribution:
    name, ending, *packed = path.split(".")
    called, form = f"offer.{_NAMES[name]}", forms()[ending].name
    title = RELEASE.known("offer.packed" if packed else "offer.plain", title=RELEASE.known(called), form=form)
    about = RELEASE.known(f"{called}-about")
    if ending in ("trig", "nq"):
        about = RELEASE.known("offer.named", about=about)
    key = "-".join([name.rpartition("/")[2].replace("pan2kg", "dump"), ending, *packed])
    return _measured(folder, path, ending, key, (title, about))


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
    build(folder, lambda work: done.append(_fill(edition, work, options, parts, note)))
    return done[0]


def _fill(edition: Edition, work: Path, options: ReleaseOptions, parts: Sequence[Part], note: Note) -> Statistics:
    release_folder = ReleaseFolder(work)
    note(say("progress", "reading-graph"))
    stated, derived = read_content(edition.store, edition.issue.addresses)
    counted = count(stated, derived, edition.issue.addresses.root, targets_of(edition.graph.profile))
    dumps = _dumps(edition, work, {dump.STATED: stated, dump.DUMP_DERIVED: derived}, note)
    _put(release_folder, edition, (table_files, ontology_files, example_files, _legal_files), note)
    offered = list(distributions(work, list(dumps)))
    _put(release_folder, replace(edition, catalogue=_catalogue(edition, offered)), parts, note)
    archive.pack(work, edition.issue.modified)
    note(say("progress", "describing"))
    offered += site_distributions(work)
    for path, content in _descriptions(edition, work, options, counted, offered):
        release_folder.put(path, content)
    note(say("progress", "checksums"))
    write_checksums(work)
    note(say("progress", "checking"))
    _inspect(edition, work, options, counted, dumps)
    return counted


def _put(release_folder: ReleaseFolder, edition: Edition, parts: Iterable[Part], note: Note) -> None:
    for part in parts:
        for path, content in part(edition):
            note(say("progress", "writing", path=path))
            release_folder.put(path, content)


def _catalogue(edition: Edition, offered: Sequence[Distribution]) -> LocalStore:
    store = LocalStore(ox.Store())
    store.add(edition.facts.catalogue, describe(edition.facts, edition.issue, offered))
    return store


def _dumps(edition: Edition, work: Path, contents: Mapping[str, Content], note: Note) -> dict[str, Content]:
    written: dict[str, Content] = {}
    for name, content in contents.items():
        for path in dump.write_dump(content, work, name, edition.prefixes()):
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
    edition: Edition, work: Path, options: ReleaseOptions, counted: Statistics, offered: Sequence[Distribution]
) -> Iterator[File]:
    applied = readme.rules(edition, counted, work, options.service)
    dumps = [one.path for one in offered if one.path.startswith((dump.STATED, dump.DUMP_DERIVED))]
    described = void.write_void(edition, counted, dumps)
    yield from ((path, described) for path in void.PATHS)
    if edition.issue.addresses.endpoint:
        yield service.SERVICE_PATH, service.write_service(edition, counted)
    yield schema_org.PATH, schema_org.write_dataset(edition, offered)
    yield readme.RULES, readme.write_rules(edition, applied, has_base=options.has_base)
    yield ".htaccess", SERVER.encode()
    yield README, write_readme(edition, counted)
    yield MARK, write_mark(edition, counted)
    triples = describe(edition.facts, edition.issue, offered)
    for ending in ("ttl", "rdf", "jsonld"):
        yield f"catalogue.{ending}", write(triples, ending, PREFIXES)
    pages = (path for path in walk(work) if path.endswith(".html"))
    if options.has_base and (first := next(pages, None)):
        yield from map_files(chain([first], pages), edition.issue)


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
        *inspect_count(work, dumps, counted.triples),
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
