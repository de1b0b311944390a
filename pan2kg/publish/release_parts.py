"""What a release has beside data and descriptions: its pages, or the ontology's documentation, and what changed.

A part is called with the edition and gives files. One that gives pages also says beforehand which, so
that documents can lead to them before they are made.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from pan2kg.i18n import LANGUAGES
from pan2kg.publish import (
    change_files,
    changes,
    document_places,
    dumps,
    feed,
    folder,
    processes,
    quad_lines,
    states,
    weights,
)
from pan2kg.publish.edition import Edition, File
from pan2kg.site import ontology_page, registry
from pan2kg.site.front_end import find_bundle
from pan2kg.site.page import SiteContext

FRONT = "index.html"
WELCOME = "welcome.html"
"""The page of languages a site begins with: the front page of the archive, where that of the release is not."""
_CHANGES = "changes/changes"
"""What the paths of the files begin with that say what changed."""
_KINDS_APART = ("network", "question")
"""The kinds whose pages take so much memory that each is made apart."""
_TO_DOCUMENT = re.compile(
    rf"""
    [ ]href="(?P<up>(?:\.\./)*)                                  # a link, up to the root,
    (?P<kind>{"|".join((*document_places.APART, "network"))})/(?P<key>[^/"#?]+)\.html   # and down to a thing
    (?:\#[^"]*)?(?=")
    """.encode(),
    re.VERBOSE,
)
"""Links to things that have no page in a release, as in ``<a href="../category/health.html">``."""
_ENDS = re.compile(
    rb"""
    </(?:
        (?: d[dt] | li | option | t(?:[dhr]|body|head) )>
      | p>(?=\n?<(?:
            /?(?:div|section|td)
          | [ou]l | blockquote | d(?:etails|l) | figure | footer | form | h[1-6] | nav | p | table
        )[ >])
    )
    """,
    re.VERBOSE,
)
"""Ends of elements that HTML lets out, since what follows in a list, a table, a choice or a section ends them."""
_PLAIN = re.compile(rb'(=)"([-A-Za-z0-9_./?#&;:]++)"(?=[ >])')
"""Values of attributes that need no quotation marks."""


@runtime_checkable
class AnnouncingPart(Protocol):
    """A part that says which pages it will give."""

    def pages(self, edition: Edition) -> Iterable[str]:
        """The paths of its pages and of the files that go with them."""


class SitePath(NamedTuple):
    """A page, and the kind of thing it is about; empty where it is about no single thing."""

    kind: str
    path: str


class SitePart:
    """The pages as they are on the day of the release, but those of things that are told in document_places.

    With ``kinds`` those of these kinds, which are made apart since they take much; without those of
    all others.
    """

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def __call__(self, edition: Edition) -> Iterator[File]:
        """The pages, and with those of most kinds the files that all of them load."""
        bundle = find_bundle()
        for _, paths in groupby(sorted(self.paths(edition)), key=lambda place: place.kind):
            # pages of a kind share most of what is computed for them, in all languages: it goes
            # when the last is made
            context = SiteContext(
                edition.graph,
                bundle=bundle,
                catalogue=edition.catalogue,
                reports_folder=edition.kept,
                document_place=document_places.document_of,
            )
            if edition.packed:
                context.cache["packed"] = edition.packed
            site = registry.Site(context)
            for _, path in paths:
                body = _page(edition, site, path)
                if body is not None:
                    yield WELCOME if path == FRONT else path, body
            # pages of questions and of the network read no statements
            if "statements" in vars(edition.graph):
                edition.graph.statements.kept.clear()
            processes.give_back()
        if bundle and not self.kinds:
            for name, file in sorted(bundle.files().items()):
                yield f"assets/{name}", file.read_bytes()

    def pages(self, edition: Edition) -> Iterator[str]:
        """The paths of its pages, but for the front page, which goes by another name."""
        for _, path in self.paths(edition):
            if path != FRONT:
                yield path

    def paths(self, edition: Edition) -> Iterator[SitePath]:
        """Its pages and the files that go with them, each with the kind of thing it is about."""
        graph = edition.graph
        paths = graph.once(
            "paths of its site", lambda: [*registry.Site(SiteContext(graph)).paths()]
        )
        for path in paths:
            # fr/topic/health.html is about a thing, fr/topics.html about none
            name, *below = path.partition("/")[2].split("/")
            kind = name.partition(".")[0]
            if (
                path == dumps.QUADS
                or not self._makes(kind)
                or not document_places.is_published(path)
            ):
                continue
            if not below:
                yield SitePath("", path)
                continue
            entry = graph.labels.find(kind, below[0].partition(".")[0])
            if not (entry and entry.is_retired):
                yield SitePath(kind, path)

    def _makes(self, kind: str) -> bool:
        return kind in self.kinds if self.kinds else kind not in _KINDS_APART


def _page(edition: Edition, site: registry.Site, path: str) -> bytes | None:
    """The page of the last release where that can stand, else one made anew; None where the site has none."""
    body = edition.last_page(path) if edition.last_page else None
    if body is not None:
        return body
    page = site.page(path)
    if page is None:
        return None
    return _slimmed(page.body) if path.endswith(".html") else page.body


def _slimmed(page: bytes) -> bytes:
    """A page that leads to the documents of a release, without what HTML lets out."""
    shorter = _ENDS.sub(b"", _TO_DOCUMENT.sub(_link_to_document, page))
    # a page is split where it has quotation marks, which no group holds
    return b"".join(_PLAIN.split(shorter))


def _link_to_document(link: re.Match[bytes]) -> bytes:
    up, kind, key = (group.decode() for group in link.groups())
    if kind == "network":
        return f' href="{up}network.html'.encode()
    document = document_places.shared_place(f"{document_places.DOCUMENTS}/{kind}/{key}")
    return f' href="../{up}{document}.html#{key}'.encode()


SITE = (*map(SitePart, _KINDS_APART), SitePart())


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
            for path in sorted(edition.previous.glob(f"{_CHANGES}.*")):
                yield path.relative_to(edition.previous).as_posix(), path.read_bytes()
    issue = edition.issue
    when = datetime.combine(issue.modified, time(), UTC)
    for language in LANGUAGES:
        name = f"changes/feed.{language}.atom"
        address = issue.addresses.file(name)
        earlier = edition.previous / name if edition.previous else None
        content = feed.write_feed(
            change, language, when, address=address, issue=issue, earlier=earlier
        )
        yield name, content.encode()


def _change_since(edition: Edition, before: Path) -> changes.Change:
    version = (folder.read_mark(before) or {}).get("version", "")
    old = states.read_side(before, version)
    new = states.Side(
        edition.store.inner,
        edition.issue.version,
        packed=edition.packed,
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
        yield f"{_CHANGES}.{language}.md", text.encode()
        table = change_files.write_csv(change, language)
        yield f"{_CHANGES}.{language}.csv", table.encode()
    if not (before / dumps.QUADS).is_file():
        return
    differing = change.differing
    if not edition.packed:  # it stands elsewhere than its own addresses say
        _, whole = dumps.read_content(edition.store, edition.issue.addresses)
        differing = quad_lines.differing(change.old.file(), whole.quads)
    yield f"{_CHANGES}.ru", "".join(quad_lines.write_update(differing)).encode()


PARTS = (change_part, *SITE)
WITHOUT_SITE = (documentation_part, change_part)
"""What a release has beside data and descriptions, in the order in which it is made: with pages, and without."""
