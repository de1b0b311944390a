"""A release: every file written by an exporter, described and checked in a folder of its own, then put in its place.

An exporter gives the files of one kind; they stand here in the order in which they are asked, since
the catalogue states sizes and checksums of what it offers, and the front page says what is there.
The list of checksums is last.
"""

import gzip
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import LANGUAGES, Messages, error_message, say, verbatim
from pan2kg.project import read_text, turtle_files
from pan2kg.publish import (
    catalogue,
    document_page,
    document_places,
    documents,
    dumps,
    edition as editions,
    folder,
    host_files,
    host_rules,
    inspection,
    page_digests,
    products,
    reuse,
    service,
    sitemap,
    tables,
    version_folders,
    void,
)
from pan2kg.publish.described import Described
from pan2kg.publish.edition import Edition, File, Note, Part
from pan2kg.publish.front_page import front_files
from pan2kg.publish.processes import Result, apart
from pan2kg.publish.published import PublishedRelease, ReleaseOptions
from pan2kg.publish.release_parts import FRONT, AnnouncingPart, SitePart
from pan2kg.publish.site_archive import archive_pages
from pan2kg.publish.versions import refuse_version
from pan2kg.publish.vocabulary import FORMATS, PREFIXES, write
from pan2kg.site import registry
from pan2kg.store import LocalStore
from pan2kg.store.rules import rule_files
from pan2kg.templates import render
from pan2kg.validation.rights import refuse_quotations

_WORDS = Messages("publication")
_FAULTS_TOLD = 5
"""So many faults are told in words; of the others how many there are."""
_NOT_MAPPED = (
    f"{document_places.DOCUMENTS}/",
    f"{folder.VERSIONS}/",
    "404.html",
    "410.html",
)
"""Pages a search engine is not led to: it finds documents and versions by the pages themselves."""


def publish(
    edition: Edition,
    target: Path,
    options: ReleaseOptions,
    *,
    parts: Sequence[Part] = (),
    note: Note = lambda _: None,
) -> void.Statistics:
    """Write a release into a folder, which is replaced only where nothing is at fault; gives the numbers it states.

    ``parts`` give what stands beside data and descriptions: pages, documentation, changes.

    Raises:
        ProjectError: the folder cannot be taken, or something in the release is not sound.
    """
    folder.refuse_target(target, edition.issue)
    refuse_quotations(edition.project, edition.kept)
    with registry.rare_collections(), folder.building(target) as work:
        return _ReleaseWriter(edition, work, note).write(options, parts)


class _Dumps(NamedTuple):
    """What is known once the dumps are written; ``changed`` is what they say otherwise than the last release."""

    counts: void.Statistics
    faults: list[str]
    changed: reuse.Changes | None


class _ReleaseWriter:
    """Writes a release into the folder ``work``. Steps that take much memory have a process of their own."""

    def __init__(self, edition: Edition, work: Path, note: Note) -> None:
        self.edition = edition
        self.work = work
        self.note = note
        self.folder = folder.ReleaseFolder(work)
        self.standing: reuse.StandingPages | None = None

    def write(self, options: ReleaseOptions, parts: Sequence[Part]) -> void.Statistics:
        """Write all files in the order in which they tell of each other, then look through them.

        Raises:
            ProjectError: something in the release is not sound.
        """
        edition = self.edition
        self.note(say("progress", "loading"))
        has_site = any(isinstance(part, SitePart) for part in parts)
        program = page_digests.program_digest(edition) if has_site else ""
        last = reuse.read_last(edition.previous, program)
        written = self._dump(last)
        release = PublishedRelease(edition, options, self.folder, written.counts)
        # made here for all processes: tables and pages tell them
        edition.graph.figures()
        if has_site:
            figures = page_digests.figure_digests(edition.graph)
            release.pages = {"program": program, "figures": figures}
            if last and written.changed is not None:
                self.standing = reuse.StandingPages(last, written.changed, figures)
        pages = _pages_of(parts, edition)
        self._apart(self._put, _offered(edition))
        release.retired = self._apart(self._put_tables_and_documents, pages)
        self._apart(self._put, products.parquet_files(self.work))
        release.measure_offers()
        drawn = self._put_parts(release, parts)
        self._put(_style(release))
        archive_pages(release, drawn)
        release.packed = version_folders.keep_versions(
            self.work, edition.previous, edition.issue.version
        )
        self._put(_describing(release))
        self._put(front_files(release))
        folder.write_checksums(self.work, self.folder.sums)
        self.note(say("progress", "checking"))
        faults = written.faults
        for path in sorted(pages.difference(drawn)):
            faults.append(
                say("inspection", "points-nowhere", path=document_places.DOCUMENTS, target=path)
            )
        faults += inspection.inspect(
            self.work, edition.issue, options.today, written.counts.triples
        )
        _refuse_faults(faults)
        found = self.standing.found if self.standing else ()
        kept = (_number_of_pages(found), _number_of_pages(drawn))
        return replace(written.counts, kept=kept)

    def _put(self, files: Iterable[File]) -> list[str]:
        """The paths of files that were written."""
        paths = []
        for path, content in files:
            self.note(say("progress", "writing", path=path))
            is_kept = self.standing is not None and path in self.standing.found
            self.folder.put(path, content, self.edition.previous if is_kept else None)
            paths.append(path)
        return paths

    def _apart(self, make: Callable[..., Result], *values: object) -> Result:
        """What a step gives that has a process of its own; the sums of the files it writes are known here too."""
        number = len(self.folder.sums)

        def make_with_sums() -> tuple[Result, dict[str, str]]:
            result = make(*values)
            return result, dict(islice(self.folder.sums.items(), number, None))

        result, sums = apart(make_with_sums)
        self.folder.sums.update(sums)
        return result

    def _dump(self, last: reuse.LastRelease | None) -> _Dumps:
        # the store is written out here, into a file that the other process reads
        with TemporaryFile(dir=self.work) as lines:
            self.edition.store.inner.dump(output=lines, format=ox.RdfFormat.N_QUADS)
            lines.seek(0)
            return self._apart(self._put_dumps, lines, last)

    def _put_dumps(self, lines: IO[bytes], last: reuse.LastRelease | None) -> _Dumps:
        edition = self.edition
        addresses = edition.issue.addresses
        content = dumps.read_content(edition.store, addresses, lines)
        quads = content.whole.quads
        refuse_version(edition, content.whole)
        changed = reuse.compare(edition, last, quads) if last else None
        targets = void.targets_of(edition.graph.profile)
        counts = void.count(quads, addresses.root, targets)
        faults = []
        for dump in dumps.write_dumps(content, self.work, edition.prefixes):
            self.note(say("progress", "writing", path=dump.path))
            if dumps.differs(dump, self.work):
                faults.append(say("inspection", "other-graph", path=dump.path))
        self._put(documents.graph_files(edition, content.stated))
        return _Dumps(counts, faults, changed)

    def _put_tables_and_documents(self, pages: Collection[str]) -> Mapping[str, str]:
        """The places of what was retired. What the dump says is read once for all that is made of it."""
        with gzip.open(self.work / dumps.QUADS, "rt", encoding="utf-8", newline="\n") as lines:
            described = Described(self.edition, lines)
        self._put(tables.table_files(self.edition, described.stated))
        self._put(products.product_files(described))
        told_in = documents.Documents(described)
        self._put(document_page.document_files(told_in, pages))
        return documents.retired_places(told_in)

    def _put_parts(self, release: PublishedRelease, parts: Sequence[Part]) -> list[str]:
        """The paths of what the parts give, which tell of what the release offers."""
        edition = self.edition
        described = LocalStore(ox.Store())
        described.add(edition.facts.catalogue, catalogue.describe(edition, release.offers))
        last_page = self.standing.find if self.standing else None
        told_edition = replace(edition, catalogue=described, last_page=last_page)
        places = edition.issue.addresses
        if places.root == places.home:
            told_edition.packed = (self.work / dumps.QUADS).read_bytes()
        drawn = []
        for part in parts:
            files = part(told_edition)
            if isinstance(part, SitePart) and not part.kinds:
                # here: what it finds of the last release is asked for when it is put
                drawn += self._put(files)
            else:
                drawn += self._apart(self._put, files)
        return drawn


def _number_of_pages(paths: Iterable[str]) -> int:
    return sum(path.endswith(".html") for path in paths)


def _pages_of(parts: Sequence[Part], edition: Edition) -> set[str]:
    """The pages that parts say they will give."""
    pages = set[str]()
    for part in parts:
        if isinstance(part, AnnouncingPart):
            pages.update(path for path in part.pages(edition) if path.endswith(".html"))
    return pages


def _refuse_faults(faults: Sequence[str]) -> None:
    if not faults:
        return
    words = verbatim(" ".join(faults[:_FAULTS_TOLD]))
    if len(faults) > _FAULTS_TOLD:
        words = error_message("faults-more", faults=words, n=len(faults) - _FAULTS_TOLD)
    raise ProjectError(
        "release-unsound", place=Place("release"), remedy="nothing-published", faults=words
    )


def _offered(edition: Edition) -> Iterator[File]:
    """The ontology in its forms, questions, rules, the licence and how to cite."""
    project = edition.project
    places = edition.issue.addresses
    ontology = project.ontology
    for path in [*turtle_files(ontology), *sorted(ontology.glob("*.jsonld"))]:
        name = f"ontology/{path.relative_to(ontology).as_posix()}"
        yield name, places.moved(read_text(path)).encode()
    if (ontology / "pan2kg.ttl").is_file():
        text = places.moved(read_text(ontology / "pan2kg.ttl"))
        triples = sorted((quad.triple for quad in ox.parse(text, format=FORMATS["ttl"])), key=str)
        for ending in ("rdf", "jsonld", "nt"):
            # with blank nodes, so that the compact form of write() would lose their nesting
            content = ox.serialize(triples, format=FORMATS[ending], prefixes=dict(edition.prefixes))
            yield f"ontology/pan2kg.{ending}", content or b""
    yield from service.question_files(edition)
    for path in rule_files(project).values():
        yield f"queries/rules/{path.name}", places.moved(read_text(path)).encode()
    for name in ("LICENSE-DATA", "CITATION.cff"):
        if (project.root / name).is_file():
            yield name, (project.root / name).read_bytes()


def _style(release: PublishedRelease) -> Iterator[File]:
    """What the front page and documents load, and the pages of what is not there."""
    for name in ("release.css", "release.js", "favicon.svg"):
        yield name, Path(__file__).with_name(name).read_bytes()
    # what every page loads is there packed too, for a server that does not pack
    for path in sorted(release.folder.sums):
        if path.startswith("assets/") and path.endswith((".js", ".css")):
            content = (release.folder.root / path).read_bytes()
            packed = gzip.compress(content, mtime=0)
            if len(packed) < len(content) / 2:  # the engine is packed inside
                yield f"{path}.gz", packed
    root = "/"
    if release.options.has_base:
        # without a base, the files stand at the root of their host, as nginx.conf has it
        root = urlsplit(release.edition.issue.addresses.base).path or root
    for status in (404, 410):
        values = {"status": status, "say": _WORDS.say, "root": root, "languages": LANGUAGES}
        yield f"{status}.html", render("nothing.html", values).encode()


def _describing(release: PublishedRelease) -> Iterator[File]:
    """What describes all files, for machines: the later tell of the earlier."""
    edition = release.edition
    issue = edition.issue
    numbers = void.write_void(edition, release.counts, dumps.DUMPS)
    yield ".well-known/void", numbers
    yield "void.ttl", numbers
    if issue.addresses.endpoint:
        yield "service.ttl", service.write_service(edition, release.counts)
    yield "dataset.jsonld", editions.as_json(catalogue.describe_dataset(edition, release.offers))
    yield folder.MARK, editions.as_json(_mark_of(release))
    triples = catalogue.describe(edition, release.offers)
    for ending in ("ttl", "rdf", "jsonld"):
        yield f"catalogue.{ending}", write(triples, ending, PREFIXES)
    versions = host_rules.version_rules(issue.version, release.packed)
    yield from host_files.host_files(
        edition,
        release.retired,
        [*host_rules.MOVED, *versions],
        has_base=release.options.has_base,
        service=release.options.service,
    )
    robots = "User-agent: *\nDisallow:\n"
    if release.options.has_base:
        yield from sitemap.map_files([FRONT, *_pages_to_map(release.folder.root)], issue)
        robots += f"Sitemap: {issue.addresses.file('sitemap.xml')}\n"
    yield "robots.txt", robots.encode()


def _mark_of(release: PublishedRelease) -> Mapping[str, object]:
    """What a release says of itself to the release that follows, and to who verifies it."""
    issue = release.edition.issue
    return {
        "dataset": issue.dataset,
        "version": issue.version,
        "issued": str(issue.issued),
        "modified": str(issue.modified),
        "previous": issue.previous,
        "root": issue.addresses.root,
        "base": issue.addresses.base,
        "endpoint": issue.addresses.endpoint,
        "triples": release.counts.triples,
        "retired": release.retired,
        "pages": release.pages,
    }


def _pages_to_map(root: Path) -> list[str]:
    pages = []
    for path in folder.walk(root):
        if path.endswith(".html") and not path.startswith(_NOT_MAPPED):
            pages.append(path)
    return sorted(pages)
