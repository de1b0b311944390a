"""The parts of a release that other modules make: pages, the ontology's documentation, what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pan2kg.publish.catalogue.terms import RELEASED
from pan2kg.publish.diff.feed import day_of, write_csv, write_feed
from pan2kg.publish.diff.patch import patch_of, write_patch
from pan2kg.publish.diff.states import change_list, read_side, side_of_store
from pan2kg.publish.diff.telling import read_story, write_markdown
from pan2kg.publish.folder import SITE
from pan2kg.site.bundle import find_bundle
from pan2kg.site.library import Library
from pan2kg.site.ontology_page import documentation
from pan2kg.site.registry import Site
from pan2kg.site.writing import contents

if TYPE_CHECKING:
    from pan2kg.publish.edition import Edition, File

CHANGES: Final = "changes"


def site_part(edition: Edition) -> Iterator[File]:
    """The pages as a folder that works on any host and from disk, as they are on the day of the release."""
    library = Library(edition.graph, bundle=find_bundle(), catalogue=edition.catalogue)
    for path, body in contents(Site(library)):
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
    story, day = read_story(change), day_of(change, edition.issue.modified)
    yield f"{CHANGES}/{CHANGES}.trig", write_patch(patch_of(old, new))
    for language in RELEASED:
        feed = f"{CHANGES}/{CHANGES}.{language}.atom"
        yield f"{CHANGES}/{CHANGES}.{language}.md", write_markdown(story, language).encode()
        yield f"{CHANGES}/{CHANGES}.{language}.csv", write_csv(story, language).encode()
        yield feed, write_feed(story, language, day, address=edition.issue.addresses.file(feed)).encode()


PARTS: Final = (site_part, documentation_part, change_part)
"""All of them, in the order they are made."""
