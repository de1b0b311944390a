"""The commands about releases: ``pan2kg publish`` writes one, ``pan2kg diff`` says what changed between two states."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Sequence
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
from pan2kg.i18n.message import a_day, say, today, told
from pan2kg.project import Project, write_atomically

if TYPE_CHECKING:
    from pan2kg.publish.edition import Edition, Part
    from pan2kg.publish.release import ReleaseOptions

_MAIL: Final = re.compile(r"(?:mailto:)?[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_VERSION: Final = re.compile(r"\w[\w.+-]*", re.ASCII)
_EXAMPLE: Final = re.compile(r"https?://([^/]+[.])?example([.](com|net|org))?(:\d+)?/")
"""Hosts nobody can have (RFC 2606)."""
_FORMS: Final = ("text", "md", "csv", "json", "rdf", "atom")


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

    >>> a_contact("data@host.example"), a_contact("https://host.example/contact")
    ('data@host.example', 'https://host.example/contact')
    """
    if "://" in text:
        return a_link(text)
    if not _MAIL.fullmatch(text):
        raise argparse.ArgumentTypeError(told("no-contact", text=text))
    return text


def a_version(text: str) -> str:
    """A version that can stand in an address."""
    if not _VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(told("no-version", text=text))
    return text


def run_publish(options: argparse.Namespace) -> int:
    """Write the release and say what is in it. Who stops it, or has it stopped, finds what was there before.

    With ``--verify`` a server is asked for what the folder holds instead; 1 where it does not give that.

    Raises:
        ProjectError: a fact is missing, the folder may not be replaced, or the release is not sound.
    """
    if options.verify:
        from pan2kg.publish.inspection import tell, verify

        verification = verify(Path(options.output), options.verify)
        sys.stdout.write(tell(verification))
        return 1 if verification.faults else 0
    from pan2kg.publish.release import PARTS, site_part

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return release(options, [part for part in PARTS if not (options.without_site and part is site_part)])


def release(options: argparse.Namespace, parts: Sequence[Part] = ()) -> int:
    """The same with parts that others give: pages, documentation, changes."""
    from pan2kg.publish.release import publish
    from pan2kg.publish.vocabulary import DCAT

    progress, folder = Progress(), Path(options.output).absolute()
    try:
        progress(say("progress", "loading"))
        edition, release_options = _prepare(project_of(options), options)
        counts = publish(edition, folder, release_options, parts=parts, note=progress)
    except KeyboardInterrupt:
        raise ProjectError("interrupted", place=Place(str(folder)), remedy="there-unchanged") from None
    finally:
        progress.finish()
    # what the catalogue could not say, and what would mend it
    stated = {
        "no-contact": edition.issue.contact or edition.facts.of(edition.facts.dataset, DCAT + "contactPoint"),
        "no-endpoint": edition.issue.addresses.endpoint,
        "no-base": release_options.has_base,
    }
    for gap, value in stated.items():
        if not value:
            sys.stderr.write(f"pan2kg: {say('progress', gap)}\n")
    told_ = {"number": str(counts.triples), "version": edition.issue.version, "folder": options.output}
    sys.stderr.write(f"{say('progress', 'release-written', **told_)}\n")
    return 0


def _prepare(project: Project, options: argparse.Namespace) -> tuple[Edition, ReleaseOptions]:
    """The graph loaded and the release ordered."""
    from pan2kg.graph.dataset import own_profile, read_profiles
    from pan2kg.graph.graph import Graph
    from pan2kg.publish import edition as editions
    from pan2kg.publish.folder import read_mark
    from pan2kg.publish.release import ReleaseOptions, prepare_day
    from pan2kg.publish.tables import weigh_links
    from pan2kg.store.cache import open_kept
    from pan2kg.store.queries import program_query
    from pan2kg.store.store import load_project, select
    from pan2kg.turtle.vocabulary import DCTERMS

    store = load_project(project) if options.without_derived else open_kept(project, cache_of(options))
    tell_links(store)
    # what a project began with is not published: its example plan, and addresses that are nobody's
    examples = select(store, program_query("dataset/examples")).values("plan")
    if examples:
        names = ", ".join(iri.rpartition("/")[2] for iri in examples)
        raise ProjectError("example-left", remedy="delete-example", plans=names)
    space = own_profile(read_profiles(store), project).space
    if not options.id_base and _EXAMPLE.match(space):
        raise ProjectError("example-base", remedy="choose-base", space=space)
    facts = editions.read_facts(store, space)
    version = options.release or facts.version
    if not _VERSION.fullmatch(version):
        raise ProjectError(
            "version-no-address" if version else "version-unsaid", place=Place("ontology/pan2kg.ttl"),
            remedy="mend-version", version=version,
        )  # fmt: skip
    issued = facts.day(DCTERMS + "issued")
    named = prepare_day(options.date, os.environ.get("SOURCE_DATE_EPOCH", ""))
    modified = named or facts.day(DCTERMS + "modified")
    if max(issued, modified) > today():
        raise ProjectError("release-in-future", remedy="correct-day", issued=max(issued, modified))
    # the release before: the one that was named, else the one that stands where this is to be written
    previous, target = options.previous, Path(options.output).absolute()
    if previous is not None and not previous.exists():
        raise ProjectError("no-such-release", place=Place(str(previous)), remedy="name-folder-or-dump")
    previous = previous or (target if read_mark(target) else None)
    mark = (read_mark(previous) if previous else None) or {"version": ""}
    is_again = mark["version"] == version
    root = options.id_base or facts.space
    places = editions.Addresses(root, options.base or root, options.endpoint or "", facts.space)
    before = mark.get("previous", "") if is_again else mark["version"]
    issue = editions.Issue(version, min(issued, modified), modified, places, before, options.contact or "", is_again)
    graph = Graph(project, store, language="fr", as_of=issue.modified, release=issue.version)
    editions.name_roles(graph.held)
    weigh_links(graph)
    release_options = ReleaseOptions(today(), options.service or "", options.base is not None)
    return editions.Edition(graph, facts, issue, previous), release_options


def add_diff(command: argparse.ArgumentParser) -> None:
    """Two states, or with ``--apply`` a patch and one."""
    command.epilog = "diff.examples"
    command.formatter_class = PlainFormatter
    command.usage = "diff.usage"
    command.add_argument("sides", metavar="OLD NEW", nargs="+", help="diff.sides")
    command.add_argument("--apply", metavar="PATCH", help="diff.apply")
    command.add_argument("--format", choices=_FORMS, default="text", help="diff.format")
    command.add_argument("--date", metavar="DAY", type=a_day, help="diff.date")
    command.add_argument("--address", metavar="URL", default="", help="diff.address")
    add_language(command)
    add_output(command)


def run_diff(options: argparse.Namespace) -> int:
    """Tell what changed, or apply a patch; 0 whether or not something changed.

    Raises:
        Pan2kgError: a side or a patch that cannot be read, a patch for another state, no day for a feed.
    """
    if len(options.sides) != (1 if options.apply else 2):
        fault = "patch-takes-one" if options.apply else "comparison-takes-two"
        raise FormatError(fault, remedy="use-diff", number=len(options.sides))
    progress = Progress()
    try:
        content = _diff(options, progress)
    finally:
        progress.finish()
    if options.output:
        write_atomically(Path(options.output), content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    return 0


def _diff(options: argparse.Namespace, progress: Progress) -> bytes:
    from pan2kg.publish import changes
    from pan2kg.publish.tables import published_weights

    if options.apply and options.output and not options.output.endswith(".nq"):
        raise FormatError("patched-is-nquads", remedy="name-nq-file")
    patch = changes.read_patch(Path(options.apply)) if options.apply else None
    sides = []
    for path in options.sides:
        progress(say("progress", "reading", side=path))
        sides.append(changes.read_side(Path(path)))
    if patch:
        progress(say("progress", "applying"))
        return changes.nquads(changes.apply(patch, sides[0]))
    progress(say("progress", "comparing"))
    old, new = sides
    if options.format == "rdf":
        return changes.write_patch(changes.patch_of(old, new))
    change = changes.change_list(old, new)
    report = changes.read_report(change, published_weights(Path(options.sides[0])))
    if options.format == "atom":
        when = changes.day_of(change, options.date)
        return changes.write_feed(report, options.language, when, address=options.address).encode()
    write = {"text": changes.write_text, "md": changes.write_markdown, "csv": changes.write_csv,
             "json": changes.write_json}[options.format]  # fmt: skip
    return write(report, options.language).encode()
