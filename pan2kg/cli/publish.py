"""The commands about releases: ``pan2kg publish`` writes one, ``pan2kg diff`` says what changed between two states."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pan2kg.cli.arguments import (
    PlainFormatter,
    Progress,
    a_link,
    add_language,
    add_output,
    an_address,
    cache_of,
    project_of,
    tell_links,
)
from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.i18n.days import a_day, today
from pan2kg.i18n.message import say, told
from pan2kg.project import Project, write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pan2kg.publish.assemble import ReleaseOptions
    from pan2kg.publish.catalogue.facts import Facts
    from pan2kg.publish.edition import Edition, Issue, Part
    from pan2kg.store.store import LocalStore


def add_publish(command: argparse.ArgumentParser) -> None:
    """The options of ``publish``."""
    command.add_argument("-o", "--output", metavar="DIR", required=True, help="publish.folder")
    command.add_argument("--base", metavar="URL", type=an_address, help="publish.base")
    command.add_argument("--id-base", metavar="URL", type=an_address, help="publish.id-base")
    command.add_argument("--endpoint", metavar="URL", type=a_link, help="publish.endpoint")
    command.add_argument("--service", metavar="URL", type=a_link, help="publish.service")
    command.add_argument("--contact", type=a_contact, help="publish.contact")
    command.add_argument("--date", type=a_day, help="publish.date")
    command.add_argument("--version", dest="release", type=a_version, help="publish.version")
    command.add_argument("--previous", metavar="DIR|FILE", type=Path, help="publish.previous")
    command.add_argument("--verify", metavar="URL", type=an_address, help="publish.verify")
    command.add_argument("--without-site", action="store_true", help="publish.without-site")
    command.add_argument("--without-derived", action="store_true", help="publish.without-derived")


def a_contact(text: str) -> str:
    """Where to write to: an e-mail address, or the address of a page.

    Raises:
        argparse.ArgumentTypeError: the text is neither.

    >>> a_contact("data@host.example"), a_contact("https://host.example/contact")
    ('data@host.example', 'https://host.example/contact')
    """
    if "://" in text:
        return a_link(text)
    if not _MAIL.fullmatch(text):
        raise argparse.ArgumentTypeError(told("no-contact", text=text))
    return text


def a_version(text: str) -> str:
    """A version that can stand in an address.

    Raises:
        argparse.ArgumentTypeError: the text is none.

    >>> a_version("1.0.0-rc.1")
    '1.0.0-rc.1'
    """
    if not _VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(told("no-version", text=text))
    return text


_MAIL: Final = re.compile(r"(?:mailto:)?[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_VERSION: Final = re.compile(r"\w[\w.+-]*", re.ASCII)


def run_publish(options: argparse.Namespace) -> int:
    """Write the release and say what is in it. Who stops it, or has it stopped, finds what was there before.

    With ``--verify`` a server is asked for what the folder holds instead; 1 where it does not give that.

    Raises:
        ProjectError: a fact is missing, the folder may not be replaced, or the release is not sound.
    """
    if options.verify:
        from pan2kg.publish.verification import tell, verify

        found = verify(Path(options.output), options.verify)
        sys.stdout.write(tell(found))
        return 1 if found.faults else 0
    from pan2kg.publish.assemble import PARTS, site_part

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return release(options, [part for part in PARTS if not (options.without_site and part is site_part)])


def release(options: argparse.Namespace, parts: Sequence[Part] = ()) -> int:
    """The same with parts that others give: pages, documentation, changes.

    Raises:
        ProjectError: as for :func:`run`.
    """
    from pan2kg.publish.assemble import publish

    progress = Progress()
    project = project_of(options)
    folder = Path(options.output).absolute()
    try:
        progress(say("progress", "loading"))
        edition, release_options = prepare(project, options)
        counted = publish(edition, folder, release_options, parts=parts, note=progress)
    except KeyboardInterrupt:
        raise ProjectError("interrupted", place=Place(str(folder)), remedy="there-unchanged") from None
    finally:
        progress.finish()
    for gap in _gaps(edition, release_options):
        sys.stderr.write(f"pan2kg: {gap}\n")
    written = {"number": str(counted.triples), "version": edition.issue.version, "folder": options.output}
    sys.stderr.write(f"{say('progress', 'release-written', **written)}\n")
    return 0


def prepare(project: Project, options: argparse.Namespace) -> tuple[Edition, ReleaseOptions]:
    """The graph loaded and the release ordered.

    Raises:
        ProjectError: the catalogue lacks a fact, or the release would lie in the future.
    """
    from pan2kg.graph.dataset import own_profile, read_profiles
    from pan2kg.graph.graph import Graph
    from pan2kg.publish.assemble import ReleaseOptions
    from pan2kg.publish.catalogue.facts import read_facts
    from pan2kg.publish.edition import Edition
    from pan2kg.publish.measured import weigh_links
    from pan2kg.store.cache import open_kept
    from pan2kg.store.store import load_project

    store = load_project(project) if options.without_derived else open_kept(project, cache_of(options))
    tell_links(store)
    _refuse_example(store, project, options.id_base)
    facts = read_facts(store, own_profile(read_profiles(store), project).space)
    issue = _issue(facts, options)
    graph = Graph(project, store, language="fr", as_of=issue.modified, release=issue.version)
    weigh_links(graph)
    edition = Edition(graph, facts, issue, _previous(options))
    return edition, ReleaseOptions(today(), options.service or "", options.base is not None)


def _refuse_example(store: LocalStore, project: Project, id_base: str | None) -> None:
    """Refuse to publish what a project began with: its example plan, and addresses that are nobody's.

    Raises:
        ProjectError: either of them is left; with the remedy.
    """
    from pan2kg.graph.dataset import own_profile, read_profiles
    from pan2kg.store.queries import program_query
    from pan2kg.store.store import select

    left = select(store, program_query("dataset/examples")).values("plan")
    if left:
        raise ProjectError(
            "example-left", remedy="delete-example", plans=", ".join(iri.rpartition("/")[2] for iri in left)
        )
    space = own_profile(read_profiles(store), project).space
    if not id_base and _EXAMPLE.match(space):
        raise ProjectError("example-base", remedy="choose-base", space=space)


_EXAMPLE: Final = re.compile(r"https?://([^/]+[.])?example([.](com|net|org))?(:\d+)?/")
"""Hosts nobody can have (RFC 2606)."""


def _issue(facts: Facts, options: argparse.Namespace) -> Issue:
    from pan2kg.publish.edition import Addresses, Issue
    from pan2kg.publish.folder import read_mark
    from pan2kg.turtle.vocabulary import DCTERMS

    root = options.id_base or facts.space
    version = options.release or facts.version
    if not _VERSION.fullmatch(version):
        raise ProjectError(
            "version-no-address" if version else "version-unsaid",
            place=Place("ontology/pan2kg.ttl"),
            remedy="mend-version",
            version=version,
        )
    issued, modified = facts.day(DCTERMS + "issued"), _day(options.date) or facts.day(DCTERMS + "modified")
    if max(issued, modified) > today():
        raise ProjectError("release-in-future", remedy="correct-day", issued=max(issued, modified))
    places = Addresses(root, options.base or root, options.endpoint or "", facts.space)
    mark = read_mark(previous) if (previous := _previous(options)) else None
    again = mark is not None and mark["version"] == version
    before = (mark.get("previous", "") if again else mark["version"]) if mark else ""
    return Issue(version, min(issued, modified), modified, places, before, options.contact or "", again)


def _day(given: date | None) -> date | None:
    """The day that was named, or that of the sources for who builds the same bytes again."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given or not epoch:
        return given
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ProjectError("epoch-no-number", remedy="unset-or-date", epoch=epoch) from None


def _previous(options: argparse.Namespace) -> Path | None:
    """The release before: the one that was named, else the one that stands where this is to be written."""
    from pan2kg.publish.folder import read_mark

    named: Path | None = options.previous
    if named is not None:
        if not named.exists():
            raise ProjectError("no-such-release", place=Place(str(named)), remedy="name-folder-or-dump")
        return named
    there = Path(options.output).absolute()
    return there if read_mark(there) else None


def _gaps(edition: Edition, release_options: ReleaseOptions) -> list[str]:
    """What the catalogue could not say, and what would mend it."""
    from pan2kg.publish.catalogue.terms import DCAT

    known = {
        "no-contact": edition.issue.contact or edition.facts.of(edition.facts.dataset, DCAT + "contactPoint"),
        "no-endpoint": edition.issue.addresses.endpoint,
        "no-base": release_options.has_base,
    }
    return [say("progress", name) for name, value in known.items() if not value]


FORMS: Final = ("text", "md", "csv", "json", "rdf", "atom")


def add_diff(command: argparse.ArgumentParser) -> None:
    """Two states, or with ``--apply`` a patch and one."""
    command.epilog = "diff.examples"
    command.formatter_class = PlainFormatter
    command.usage = "diff.usage"
    command.add_argument("sides", metavar="OLD NEW", nargs="+", help="diff.sides")
    command.add_argument("--apply", metavar="PATCH", help="diff.apply")
    command.add_argument("--format", choices=FORMS, default="text", help="diff.format")
    command.add_argument("--date", metavar="DAY", type=a_day, help="diff.date")
    command.add_argument("--address", metavar="URL", default="", help="diff.address")
    add_language(command)
    add_output(command)


def run_diff(options: argparse.Namespace) -> int:
    """Tell what changed, or apply a patch; 0 whether or not something changed.

    Raises:
        Pan2kgError: a side or a patch that cannot be read, a patch for another state, no day for a feed.
    """
    wanted = 1 if options.apply else 2
    if len(options.sides) != wanted:
        fault = "patch-takes-one" if options.apply else "comparison-takes-two"
        raise FormatError(fault, remedy="use-diff", number=len(options.sides))
    progress = Progress()
    try:
        content = _applied(options, progress) if options.apply else _compared(options, progress)
    finally:
        progress.finish()
    if options.output:
        write_atomically(Path(options.output), content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    return 0


def _applied(options: argparse.Namespace, progress: Progress) -> bytes:
    from pan2kg.publish.diff.states import apply, nquads, read_patch, read_side

    if options.output and not options.output.endswith(".nq"):
        raise FormatError("patched-is-nquads", remedy="name-nq-file")
    patch = read_patch(Path(options.apply))
    progress(say("progress", "reading", side=options.sides[0]))
    old = read_side(Path(options.sides[0]))
    progress(say("progress", "applying"))
    return nquads(apply(patch, old))


def _compared(options: argparse.Namespace, progress: Progress) -> bytes:
    from pan2kg.publish.diff.states import change_list, patch_of, read_side, write_patch

    sides = []
    for side in options.sides:
        progress(say("progress", "reading", side=side))
        sides.append(read_side(Path(side)))
    old, new = sides
    progress(say("progress", "comparing"))
    if options.format == "rdf":
        return write_patch(patch_of(old, new))
    from pan2kg.publish.diff.change_report import read_change_report, write_markdown, write_text
    from pan2kg.publish.diff.feed import day_of, write_csv, write_feed, write_json
    from pan2kg.publish.measured import published_weights

    change = change_list(old, new)
    report = read_change_report(change, published_weights(Path(options.sides[0])))
    if options.format == "atom":
        when = day_of(change, options.date)
        return write_feed(report, options.language, when, address=options.address).encode()
    write = {"text": write_text, "md": write_markdown, "csv": write_csv, "json": write_json}[options.format]
    return write(report, options.language).encode()
