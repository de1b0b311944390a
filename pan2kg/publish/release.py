"""A release: every file written by an exporter, described and checked in a folder of its own, then put in its place.

An exporter gives the files of one kind; they stand here in the order in which they are asked, since
the catalogue states sizes and checksums of what it offers, and the front page says what is there.
The list of checksums is last.
"""

import gc
import gzip
import multiprocessing
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import chain, groupby, islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, TypeVar, cast
from urllib.parse import urlsplit

import pyoxigraph as ox

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import (
    LANGUAGES,
    Language,
    Messages,
    Text,
    format_of,
    in_words,
    numeral,
    say,
    told,
    verbatim,
)
from pan2kg.project import read_text, turtle_files
from pan2kg.publish import (
    catalogue,
    change_files,
    changes,
    csv_tables,
    document_page,
    documents,
    edition as editions,
    feed,
    folder,
    inspection,
    products,
    reuse,
    service,
    sitemap,
    states,
    tables,
    void,
    weights,
)
from pan2kg.publish.edition import Edition, File, Note, Part
from pan2kg.publish.vocabulary import FOAF, FORMATS, OFFERED_FORMS, PREFIXES, write
from pan2kg.site import ontology_page, registry
from pan2kg.site.page import SiteContext, embedded, find_bundle
from pan2kg.store import LocalStore
from pan2kg.store.rules import rule_files
from pan2kg.templates import render
from pan2kg.turtle.vocabulary import DCTERMS
from pan2kg.validation.quotations import refuse_quotations

FRONT: Final = "index.html"
README: Final = "README.md"
ARCHIVE: Final = "site.zip"
CHANGES: Final = "changes"
WELCOME: Final = "welcome.html"
"""The page of languages a site begins with: the front page of the archive, where that of the release is not."""
_SHOWN: Final = 5
"""So many faults are told."""
_WORDS: Final = Messages("publication")
ENOMEM: Final = 12
Made = TypeVar("Made")
_NO_PAGES: Final = (f"{documents.DOCUMENTS}/", f"{folder.VERSIONS}/")
"""What a search engine finds by the pages themselves."""
_APART: Final = re.compile(
    rf' href="((?:\.\./)*)({"|".join((*documents.APART, "network"))})/([^"#?/]+)\.html(?:#[^"]*)?(?=")'.encode()
)
_ENDS: Final = re.compile(
    rb"</(?:(?:d[dt]|li|option|t(?:[dhr]|body|head))>"
    rb"|p>(?=\n?<(?:/?(?:div|section|td)|[ou]l|blockquote|d(?:etails|l)|figure|footer|form|h[1-6]|nav|p|table)[ >]))"
)
"""Ends of elements that HTML lets out, since what follows in a list, a table, a choice or a section ends them."""
_PLAIN: Final = re.compile(rb'(=)"([-A-Za-z0-9_./?#&;:]++)"(?=[ >])')
"""Values of attributes that need no quotation marks."""
_OFFERED: Final = (("turtle", folder.TURTLE, "ttl"), ("quads", folder.QUADS, "nq"))
_README: Final = (
    ("front", "index.html"), ("pages", "fr/", "en/", "de/", ARCHIVE),
    ("actions", "data/actions", "data/links", "data/bodies", "data/texts"), ("turtle", folder.TURTLE),
    ("quads", folder.QUADS), ("tables", "tables/"), ("documents", "doc/", "graph/"), ("ontology", "ontology/"),
    ("queries", "queries/", "queries.ttl"),
    ("catalogue", "catalogue.ttl", "catalogue.rdf", "catalogue.jsonld", "dataset.jsonld", "void.ttl",
     ".well-known/void"),
    ("service", "service.ttl"), ("changes", "changes/changes", "changes/feed"),
    ("hosts", "w3id/.htaccess", ".htaccess", "nginx.conf"), ("licence", "LICENSE-DATA", "CITATION.cff"),
    ("versions", "version/"), ("checksums", folder.LIST, folder.MARK),
)  # fmt: skip
"""What a release may hold: the key of its words, and what the paths of its files begin with."""
_LATER: Final = frozenset(("front", "versions", "checksums"))
"""What is always there, though it is written after the text that names it."""


@dataclass(frozen=True, slots=True)
class ReleaseOptions:
    """The day it is, where a service stands that negotiates, and whether the files have an address."""

    today: date
    service: str = ""
    has_base: bool = False


@dataclass(slots=True)
class PublishedRelease:
    """A release while it is written: what later parts tell of earlier ones."""

    edition: Edition
    options: ReleaseOptions
    folder: folder.ReleaseFolder
    counts: void.Statistics
    offers: list[catalogue.Distribution] = field(default_factory=list)
    retired: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, object] = field(default_factory=dict)
    packed: list[str] = field(default_factory=list)

    def offer(self) -> None:
        """Measure what there is by now of the files a catalogue offers."""
        self.offers = []
        for product in products.PRODUCTS:
            for form in products.PRODUCT_FORMS:
                path = f"{csv_tables.DATA}/{product}.{form}"
                if form == "csv":
                    path = csv_tables.csv_path(csv_tables.DATA, product)
                offered = self._offered_file(product, path, form)
                form_name = OFFERED_FORMS[form]["name"]
                title = _WORDS.text("product.form", title=offered.title, form=form_name)
                self.offers.append(
                    replace(offered, key=f"{product}-{form}", title=title, group=offered.title)
                )
        for key, path, form in (*_OFFERED, ("site", ARCHIVE, "zip")):
            if (self.folder.root / path).is_file():
                self.offers.append(self._offered_file(key, path, form))

    def _offered_file(self, key: str, path: str, form: str) -> catalogue.Distribution:
        size, sha512 = folder.measure(self.folder.root / path)
        title = _WORDS.text(f"product.{key}")
        about = _WORDS.text(f"product.{key}-about")
        return catalogue.Distribution(key, path, form, size, sha512, title, about)


class SitePart:
    """The pages as they are on the day of the release, but those of things that are told in documents.

    Those of the ``kinds``, which are made apart since they take much; where none is named, those of
    all others.
    """

    def __init__(self, *kinds: str) -> None:
        self.is_apart = bool(kinds)
        self.kinds = kinds

    def paths(self, edition: Edition) -> Iterator[tuple[str, str]]:
        """The paths of its pages, each with the kind of thing it is about."""
        graph = edition.graph
        paths = graph.once(
            "paths of its site", lambda: [*registry.Site(SiteContext(graph)).paths()]
        )
        for path in paths:
            name, *below = path.partition("/")[2].split("/")
            kind = name.partition(".")[0]
            if path == folder.QUADS or not self._makes(kind) or not documents.is_published(path):
                continue
            entry = None
            if below:
                entry = graph.labels.find(kind, below[0].partition(".")[0])
            if not (entry and entry.is_retired):
                yield kind if below else "", path

    def _makes(self, kind: str) -> bool:
        return kind in self.kinds if self.is_apart else kind not in _KINDS_APART

    def pages(self, edition: Edition) -> Iterator[str]:
        """The same without the front page, which is no thing's and goes by another name."""
        yield from (path for _, path in self.paths(edition) if path != FRONT)

    def __call__(self, edition: Edition) -> Iterator[File]:
        def place(match: re.Match[bytes]) -> bytes:
            up, kind, key = (group.decode() for group in match.groups())
            if kind == "network":
                return f' href="{up}network.html'.encode()
            told_in = documents.shared_place(f"{documents.DOCUMENTS}/{kind}/{key}")
            return f' href="../{up}{told_in}.html#{key}'.encode()

        # pages of a kind share most of what is computed for them, in all languages: it goes when
        # the last is made
        bundle = find_bundle()
        for _, paths in groupby(sorted(self.paths(edition)), key=lambda pair: pair[0]):
            context = SiteContext(
                edition.graph,
                bundle=bundle,
                catalogue=edition.catalogue,
                kept=edition.kept,
                document=documents.document_of,
            )
            context.computed |= edition.computed
            site = registry.Site(context)
            for _, path in paths:
                body = edition.last(path) if edition.last else None
                if body is None and (page := site.page(path)):
                    body = page.body
                    if path.endswith(".html"):
                        body = b"".join(_PLAIN.split(_ENDS.sub(b"", _APART.sub(place, body))))
                if body is not None:
                    yield WELCOME if path == FRONT else path, body
            # those of questions and of the network need no statement read
            if "statements" in vars(edition.graph):
                edition.graph.statements.kept.clear()
            folder.give_back()
        if bundle and not self.is_apart:
            yield from (
                (f"assets/{name}", file.read_bytes())
                for name, file in sorted(bundle.files().items())
            )


_KINDS_APART: Final = ("network", "question")
SITE: Final = (*map(SitePart, _KINDS_APART), SitePart())


def documentation_part(edition: Edition) -> Iterator[File]:
    """The documentation of the ontology, where a release has no pages."""
    yield from ontology_page.documentation(edition.project, edition.store).items()


def change_part(edition: Edition) -> Iterator[File]:
    """What changed since the release before: text, tables, SPARQL Update, feeds.

    Without a release before there are feeds alone. Where this version is written anew, the change
    stays that of the release it takes the place of.
    """
    before = edition.before
    if before:
        change = _change_since(edition, before)
        yield from _change_files(edition, change, before)
    else:
        change = _no_change(edition)
        if edition.previous:
            for path in sorted((edition.previous / CHANGES).glob(f"{CHANGES}.*")):
                yield f"{CHANGES}/{path.name}", path.read_bytes()
    issue = edition.issue
    when = datetime.combine(issue.modified, time(), UTC)
    for language in LANGUAGES:
        name = f"{CHANGES}/feed.{language}.atom"
        address = issue.addresses.file(name)
        earlier = edition.previous / name if edition.previous else None
        content = feed.write_feed(
            change, language, when, address=address, issue=issue, earlier=earlier
        )
        yield name, content.encode()


def _packed_quads(edition: Edition) -> bytes:
    """The dump, where the release stands at its own addresses and the dump is written; else nothing."""
    return cast("bytes", edition.computed.get("packed", b""))


def _change_since(edition: Edition, before: Path) -> changes.Change:
    version = (folder.read_mark(before) or {}).get("version", "")
    old = states.read_side(before, version)
    new = states.Side(
        edition.store.inner,
        edition.issue.version,
        packed=_packed_quads(edition),
        graph=edition.graph,
    )
    return changes.Change(old, new, weights=weights.published_weights(before))


def _no_change(edition: Edition) -> changes.Change:
    """The edition beside itself: of the graph only what a feed says of itself is asked for."""
    facts = (edition.store.inner.quads_for_pattern(None, name, None) for name in feed.OF_FEEDS)
    side = states.Side(chain.from_iterable(facts), edition.issue.version, graph=edition.graph)
    return changes.Change(side, side)


def _change_files(edition: Edition, change: changes.Change, before: Path) -> Iterator[File]:
    for language in LANGUAGES:
        text = change_files.write_markdown(change, language)
        yield f"{CHANGES}/{CHANGES}.{language}.md", text.encode()
        table = change_files.write_csv(change, language)
        yield f"{CHANGES}/{CHANGES}.{language}.csv", table.encode()
    if not (before / folder.QUADS).is_file():
        return
    differing = change.differing
    if not _packed_quads(edition):  # it stands elsewhere than its own addresses say
        _, whole = folder.read_content(edition.store, edition.issue.addresses)
        differing = folder.differing(change.old.file(), whole.quads)
    yield f"{CHANGES}/{CHANGES}.ru", "".join(folder.write_update(*differing)).encode()


PARTS: Final[tuple[Part, ...]] = (change_part, *SITE)
WITHOUT_SITE: Final[tuple[Part, ...]] = (documentation_part, change_part)
"""What a release has beside data and descriptions, in the order in which it is made: with pages, and without."""


def _offered(edition: Edition) -> Iterator[File]:
    project = edition.project
    places = edition.issue.addresses
    ontology = project.ontology
    for path in [*turtle_files(ontology), *sorted(ontology.glob("*.jsonld"))]:
        yield (
            f"ontology/{path.relative_to(ontology).as_posix()}",
            places.moved(read_text(path)).encode(),
        )
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
    for path in (project.root / name for name in ("LICENSE-DATA", "CITATION.cff")):
        if path.is_file():
            yield path.name, path.read_bytes()


def _style(release: PublishedRelease) -> Iterator[File]:
    for name in ("release.css", "release.js", "favicon.svg"):
        yield name, Path(__file__).with_name(name).read_bytes()
    # what every page loads is there packed too, for a server that does not pack
    for path in sorted(release.folder.sums):
        if path.startswith("assets/") and path.endswith((".js", ".css")):
            content = (release.folder.root / path).read_bytes()
            packed = gzip.compress(content, mtime=0)
            if len(packed) < len(content) / 2:  # the engine is packed inside
                yield f"{path}.gz", packed
    # without a base, the files stand at the root of their host, as nginx.conf has it
    has_base = release.options.has_base
    root = urlsplit(release.edition.issue.addresses.base).path if has_base else ""
    values = {"root": root or "/", "languages": LANGUAGES}
    for status in (404, 410):
        yield (
            f"{status}.html",
            render("nothing.html", {"status": status, "say": _WORDS.say, **values}).encode(),
        )


def _describing(release: PublishedRelease) -> Iterator[File]:
    # what describes all files: the later tell of the earlier
    edition = release.edition
    counts = release.counts
    issue = release.edition.issue
    options = release.options
    numbers = void.write_void(edition, counts, folder.DUMPS)
    yield ".well-known/void", numbers
    yield "void.ttl", numbers
    if issue.addresses.endpoint:
        yield "service.ttl", service.write_service(edition, counts)
    yield "dataset.jsonld", editions.as_json(catalogue.describe_dataset(edition, release.offers))
    yield (
        folder.MARK,
        editions.as_json(
            {
                "dataset": issue.dataset,
                "version": issue.version,
                "issued": str(issue.issued),
                "modified": str(issue.modified),
                "previous": issue.previous,
                "root": issue.addresses.root,
                "base": issue.addresses.base,
                "endpoint": issue.addresses.endpoint,
                "triples": counts.triples,
                "retired": release.retired,
                "pages": release.pages,
            }
        ),
    )
    triples = catalogue.describe(edition, release.offers)
    for ending in ("ttl", "rdf", "jsonld"):
        yield f"catalogue.{ending}", write(triples, ending, PREFIXES)
    versions = documents.version_rules(issue.version, release.packed)
    yield from documents.host_files(
        edition,
        release.retired,
        [*documents.MOVED, *versions],
        has_base=options.has_base,
        service=options.service,
    )
    robots = "User-agent: *\nDisallow:\n"
    if options.has_base:
        yield from sitemap.map_files([FRONT, *_pages_to_find(release)], issue)
        robots += f"Sitemap: {issue.addresses.file('sitemap.xml')}\n"
    yield "robots.txt", robots.encode()


def _pages_to_find(release: PublishedRelease) -> list[str]:
    pages = []
    for path in folder.walk(release.folder.root):
        is_found_elsewhere = path.startswith(_NO_PAGES) or path in ("404.html", "410.html")
        if path.endswith(".html") and not is_found_elsewhere:
            pages.append(path)
    return sorted(pages)


def _front(release: PublishedRelease) -> Iterator[File]:
    issue = release.edition.issue
    work = release.folder.root
    present = _present_files(work)
    texts = [_readme(release, present, tag) for tag in LANGUAGES]
    yield README, "\n---\n\n".join(texts).encode()
    files = frozenset(folder.walk(work))
    number = issue.version
    folder.add_version(work, number, front_page(release, files, [], is_kept=True))
    versions = [number, *(version for version in folder.versions_in(work) if version != number)]
    yield FRONT, front_page(release, files, versions)


def _present_files(work: Path) -> Mapping[str, list[str]]:
    """What there is of all a release may hold: by the key of its words what the paths of its files begin with."""
    paths = [*folder.walk(work)]
    present: dict[str, list[str]] = {}
    for key, *starts in _README:
        for start in starts:
            if key in _LATER or any(path.startswith(start) for path in paths):
                present.setdefault(key, []).append(start)
    return present


def _readme(release: PublishedRelease, present: Mapping[str, list[str]], tag: Language) -> str:
    issue = release.edition.issue
    facts = release.edition.facts
    publisher = facts.about("publisher")[0].value
    rows = []
    for key, starts in present.items():
        names = ", ".join(f"`{start}`" for start in starts)
        rows.append(f"| {names} | {_WORDS.say(f'file.{key}', tag)} |")
    return _WORDS.say(
        "readme",
        tag,
        title=facts.words(facts.dataset, DCTERMS + "title", tag),
        description=facts.words(facts.dataset, DCTERMS + "description", tag),
        publisher=facts.words(publisher, FOAF + "name", tag),
        version=issue.version,
        day=str(issue.modified),
        triples=release.counts.triples,
        licence=" ".join(value.value for value in facts.about("license")),
        iri=issue.version_iri,
        files="\n".join(rows),
    )


def front_page(
    release: PublishedRelease,
    files: frozenset[str],
    versions: Sequence[str],
    *,
    is_kept: bool = False,
) -> bytes:
    """The first page of a release, or of a version that is kept (``is_kept``), in all languages."""
    issue = release.edition.issue
    facts = release.edition.facts
    files_by_language = {}
    for tag in LANGUAGES:
        named = _files_named(tag, is_kept=is_kept)
        files_by_language[tag] = [path if path in files else "" for path in named]
    offers: dict[Text, tuple[Text, list[catalogue.Distribution]]] = {}
    for offer in release.offers:
        if not is_kept or offer.form in ("csv", "nq"):  # what a version keeps
            offers.setdefault(offer.group or offer.title, (offer.about, []))[1].append(offer)
    dataset = catalogue.describe_dataset(release.edition, release.offers)
    return render(
        "release.html",
        {
            "languages": LANGUAGES,
            "issue": issue,
            "facts": facts,
            "number": release.counts.triples,
            "offers": offers,
            "licences": [value.value for value in facts.about("license")],
            "root": "../../" if is_kept else "",
            "publisher": facts.about("publisher")[0].value,
            "title": DCTERMS + "title",
            "name": FOAF + "name",
            "about": DCTERMS + "description",
            "forms": OFFERED_FORMS,
            "size_of": size_of,
            "in_words": in_words,
            "endonym": format_of,
            "readme": README,
            "endpoint": issue.addresses.endpoint,
            "versions": versions,
            "at": folder.at_version if is_kept else str,
            "kept": is_kept,
            "described": "" if is_kept else embedded(dataset),
            "say": _WORDS.say,
            "files": files_by_language,
        },
    ).encode()


def _files_named(tag: Language, *, is_kept: bool) -> tuple[str, ...]:
    """Pages, ontology, changes and feed, as the front page leads to them in a language; a version keeps one of them."""
    if is_kept:
        return "", "ontology/pan2kg.ttl", "", ""
    return (
        f"{tag}/index.html",
        f"{tag}/ontology.html",
        f"changes/changes.{tag}.md",
        f"changes/feed.{tag}.atom",
    )


def size_of(size: int, language: Language) -> str:
    """A size in bytes as a reader takes it.

    >>> size_of(2_500_000, "en"), size_of(10, "en")
    ('2.5 MB', '1 kB')
    """
    if size >= 1_000_000:
        return _WORDS.say("page.mb", language, size=numeral(size / 1_000_000, language, 1))
    return _WORDS.say("page.kb", language, size=str(max(size // 1_000, 1)))


def publish(
    edition: Edition,
    target: Path,
    options: ReleaseOptions,
    *,
    parts: Sequence[Part] = (),
    note: Note = lambda _: None,
) -> void.Statistics:
    """Write a release into a folder, which is replaced only where nothing is at fault; gives the numbers it states.

    ``parts`` give what stands beside data and descriptions: pages, documentation, changes. Raises
    ProjectError where the folder cannot be taken, or something in the release is not sound.
    """
    folder.refuse_target(target, edition.issue)
    refuse_quotations(edition.project, edition.kept)
    with registry.seldom_collected(), folder.building(target) as work:
        return _fill(edition, work, options, parts, note)


def apart(make: Callable[[], Made]) -> Made:
    """What is made in a process of its own, whose memory goes with it; where none can be forked safely, in this one.

    What is wrong there is raised here, and whoever stops this one stops that.
    """
    # a lock of another thread would stay locked in the copy; libraries of macOS do not survive it
    if sys.platform != "linux" or threading.active_count() > 1:
        return make()
    reader, writer = multiprocessing.Pipe(duplex=False)

    def life() -> None:
        value = None
        try:
            value = make()
        finally:
            try:
                writer.send((sys.exception(), value))
            finally:
                os._exit(0)  # what is behind it is the code of the other process

    folder.give_back()
    gc.freeze()  # looking through what is there would copy it
    process = multiprocessing.get_context("fork").Process(target=life)
    process.start()
    gc.unfreeze()
    writer.close()
    try:
        fault, value = reader.recv()
    except EOFError:  # the system ended it, as it does where memory is short
        raise OSError(ENOMEM, os.strerror(ENOMEM)) from None
    finally:
        process.terminate()
        process.join()
        reader.close()
    if fault:
        raise fault
    made: Made = value
    return made


def _fill(
    edition: Edition, work: Path, options: ReleaseOptions, parts: Sequence[Part], note: Note
) -> void.Statistics:
    issue = edition.issue
    written = folder.ReleaseFolder(work)

    def put(files: Iterable[File]) -> list[str]:
        paths = []
        for path, content in files:
            note(say("progress", "writing", path=path))
            written.put(path, content, edition.previous if last and path in last.found else None)
            paths.append(path)
        return paths

    def step(make: Callable[..., Made], *values: object) -> Made:
        number = len(written.sums)
        value, sums = apart(
            lambda: (make(*values), dict(islice(written.sums.items(), number, None)))
        )
        written.sums.update(sums)
        return value

    def dumps() -> tuple[void.Statistics, list[str], reuse.Changes | None]:
        stated, whole = folder.read_content(edition.store, issue.addresses, dumped)
        refuse_version(edition, whole)
        changes_of_last = last.compare(edition, whole.quads) if last else None
        counts = void.count(
            whole.quads, issue.addresses.root, void.targets_of(edition.graph.profile)
        )
        faults = []
        for path, content in folder.write_dumps(stated, whole, work, edition.prefixes):
            note(say("progress", "writing", path=path))
            if folder.differs(content, work, path):
                faults.append(say("inspection", "other-graph", path=path))
        put(documents.graph_files(edition, stated))
        return counts, faults, changes_of_last

    def tell() -> Mapping[str, str]:
        # what the dump says is read once for all that is made of it
        with gzip.open(work / folder.QUADS, "rt", encoding="utf-8", newline="\n") as lines:
            described = documents.Described(edition, lines)
        put(tables.table_files(edition, described.stated))
        put(products.product_files(described))
        put(
            document_page.document_files(
                described, {path for path in expected if path.endswith(".html")}
            )
        )
        return documents.retired_places(described)

    note(say("progress", "loading"))
    last = reuse.LastPages(edition) if any(isinstance(part, SitePart) for part in parts) else None
    with TemporaryFile(dir=work) as dumped:
        edition.store.inner.dump(output=dumped, format=ox.RdfFormat.N_QUADS)
        dumped.seek(0)
        counts, faults, changes_of_last = step(dumps)
    release = PublishedRelease(edition, options, written, counts)
    edition.graph.figures()  # for tables and pages
    if last:
        last.judge(edition.graph, changes_of_last)
        release.pages = {"program": last.program, "figures": last.figures}
    expected = [path for part in parts for path in getattr(part, "pages", lambda _: ())(edition)]
    step(put, _offered(edition))
    release.retired = step(tell)
    step(put, products.parquet_files(work))
    release.offer()
    # pages are judged by what the release offers
    described = LocalStore(ox.Store())
    described.add(edition.facts.catalogue, catalogue.describe(edition, release.offers))
    judged = replace(edition, catalogue=described, last=last.find if last else None)
    if issue.addresses.root == issue.addresses.home:
        judged.computed["packed"] = (work / folder.QUADS).read_bytes()
    drawn = []
    for part in parts:
        drawn += step(put, part(judged)) if getattr(part, "is_apart", True) else put(part(judged))
    missing = sorted({path for path in expected if path.endswith(".html")}.difference(drawn))
    faults += [
        say("inspection", "points-nowhere", path=documents.DOCUMENTS, target=path)
        for path in missing
    ]
    put(_style(release))
    archive(release, drawn)
    release.packed = folder.keep_versions(work, edition.previous, issue.version)
    put(_describing(release))
    put(_front(release))
    folder.write_checksums(work, release.folder.sums)
    note(say("progress", "checking"))
    faults += inspection.inspect(work, issue, options.today, counts.triples)
    if faults:
        more = verbatim(" ".join(faults[:_SHOWN]))
        if len(faults) > _SHOWN:
            more = told("faults-more", faults=more, n=len(faults) - _SHOWN)
        raise ProjectError(
            "release-unsound", place=Place("release"), remedy="nothing-published", faults=more
        )
    kept, pages = (
        [path for path in paths if path.endswith(".html")]
        for paths in (last.found if last else (), drawn)
    )
    return replace(counts, kept=(len(kept), len(pages)))


def archive(release: PublishedRelease, drawn: Sequence[str]) -> None:
    """Pack the pages in our first language, to be read without a server; what is not packed is led to where it stands.

    The other languages, the shared documents, graphs and the dump stand below the base of the
    release: where none was given, at the root of our IRIs.
    """
    language, *other_languages = LANGUAGES
    root = release.folder.root
    folders = (f"{language}/", "assets/", f"{csv_tables.DATA}/")
    pages = [path for path in drawn if path == WELCOME or path.startswith(folders)]
    if not pages:
        return
    # the documents of large kinds come along, since what they tell stands on no page
    kinds = "|".join(documents.APART)
    told_apart = tuple(f"{documents.DOCUMENTS}/{kind}/" for kind in documents.APART)
    files = list(pages)
    for path in release.folder.sums:
        if path.startswith(told_apart) and path.endswith(".html"):
            files.append(path)
    if len(files) > len(pages):
        files += ("release.css", "release.js", "favicon.svg")
    base = release.edition.issue.addresses.base.encode()
    not_packed = [f"{tag}/" for tag in other_languages]
    not_packed += [f"{documents.DOCUMENTS}/(?!(?:{kinds})/)", "graph/", re.escape(folder.QUADS)]
    led_away = re.compile(rf'( href="?)(?:\.\./)*(?={"|".join(not_packed)})'.encode())
    # one document leads to another by the folder of its kind
    across = re.compile(rf"( href=)\.\./(?!\.\./|(?:{kinds})/)(?=[^/]+/|[^/]+\.html)".encode())

    def content(path: str) -> bytes:
        body = (root / path).read_bytes()
        if path.startswith(f"{documents.DOCUMENTS}/"):
            body = across.sub(rb"\1" + base + documents.DOCUMENTS.encode() + b"/", body)
        if path.endswith(".html"):
            body = led_away.sub(rb"\1" + base, body)
        return body

    names = {FRONT if path == WELCOME else path: path for path in files}
    folder.pack(root / ARCHIVE, names, content, release.edition.issue.modified)
    (root / WELCOME).unlink(missing_ok=True)
    release.folder.sums.pop(WELCOME, None)
    release.offer()


def refuse_version(edition: Edition, whole: folder.Content) -> None:
    """Raise ProjectError where a version is older than that of the release before, or was used for another content."""
    before = edition.previous
    issue = edition.issue
    mark = folder.read_mark(before) if before else None
    if before is None or mark is None:
        return
    version = mark["version"]
    place = Place(str(before))
    if folder.age(issue.version) < folder.age(version):
        raise ProjectError(
            "version-goes-back",
            place=place,
            remedy="raise-version",
            version=issue.version,
            before=version,
        )
    has_dump = (before / folder.QUADS).is_file()
    if issue.version == version and (not has_dump or folder.differs(whole, before, folder.QUADS)):
        change = changes.Change(
            states.read_side(before), states.Side(edition.store.inner, issue.version)
        )
        proposed = propose(version, change)
        raise ProjectError(
            "version-used",
            place=place,
            remedy="take-version",
            version=issue.version,
            proposed=proposed,
        )


def propose(version: str, change: changes.Change | None) -> str:
    """The version that follows, by what changed; where that is not known, as if something was added.

    The first part counts what was removed or retired, the second what was added, the third what was
    only corrected; below 1.0.0 what was removed counts as added.
    """
    numbers = [
        int(digits) if digits.isdigit() else 0 for digits in version.partition("-")[0].split(".")
    ]
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    kinds = {thing.status for thing in change.things} if change else {changes.Status.ADDED}
    is_less = bool(kinds & {changes.Status.REMOVED, changes.Status.RETIRED})
    is_more = changes.Status.ADDED in kinds
    if is_less and major:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if is_less or is_more else f"{major}.{minor}.{patch + 1}"


def prepare_day(named: date | None, epoch: str) -> date | None:
    """The day of a release: the one that was named, else that of SOURCE_DATE_EPOCH, in seconds; None without.

    >>> prepare_day(None, "86400")
    datetime.date(1970, 1, 2)
    """
    if named or not epoch:
        return named
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ProjectError("epoch-no-number", remedy="unset-it", epoch=epoch) from None
