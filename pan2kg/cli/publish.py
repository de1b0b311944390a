"""The commands about releases: ``publish`` writes one, ``diff`` compares states."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pan2kg.cli import arguments
from pan2kg.cli.arguments import FLAG, LANGUAGE, OUTPUT, Options, a_link, an_address
from pan2kg.cli.opening import cache_of, note_on_links, project_of
from pan2kg.cli.output import Progress, tell, tell_unbuilt
from pan2kg.cli.parser import PlainFormatter
from pan2kg.errors import FormatError, Place, ProjectError
from pan2kg.i18n import error_message, parse_day, say, today
from pan2kg.project import write_atomically

if TYPE_CHECKING:
    from pan2kg.publish.edition import Facts, Issue
    from pan2kg.publish.states import Side
    from pan2kg.store.store import LocalStore

_MAIL = re.compile(r"(?:mailto:)?[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_VERSION = re.compile(r"\w[\w.+-]*", re.ASCII)
# hosts nobody can have (RFC 2606)
_EXAMPLE = re.compile(r"https?://([^/]+[.])?example([.](com|net|org))?(:\d+)?/")


def a_contact(text: str) -> str:
    if "://" in text:
        return a_link(text)
    if not _MAIL.fullmatch(text):
        raise argparse.ArgumentTypeError(error_message("no-contact", text=text))
    return text


def a_version(text: str) -> str:
    # of which an address is made
    if not _VERSION.fullmatch(text):
        raise argparse.ArgumentTypeError(error_message("no-version", text=text))
    return text


PUBLISH: Options = {
    "-o --output": {"metavar": "DIR", "required": True, "help": "publish.folder"},
    "--base": {"metavar": "URL", "type": an_address},
    "--id-base": {"metavar": "URL", "type": an_address},
    "--endpoint": {"metavar": "URL", "type": a_link},
    "--service": {"metavar": "URL", "type": a_link}, "--contact": {"type": a_contact},
    "--date": {"type": parse_day}, "--version": {"dest": "release", "type": a_version},
    "--previous": {"metavar": "DIR|FILE", "type": Path},
    "--verify": {"metavar": "URL", "type": an_address}, "--without-site": FLAG,
    "--without-derived": FLAG,
}  # fmt: skip
_DIFF: Options = {
    "sides": {"metavar": "OLD NEW", "nargs": "+"}, "--apply": {"metavar": "PATCH"},
    "--format": {"choices": ("text", "md", "csv", "json", "rdf", "atom"), "default": "text"},
    "--date": {"metavar": "DAY", "type": parse_day}, "--address": {"metavar": "URL", "default": ""},
    **LANGUAGE, **OUTPUT,
}  # fmt: skip


def run_publish(options: argparse.Namespace) -> int:
    """Write the release and say what is in it. Who stops it, or has it stopped, finds what was there before.

    With ``--verify`` a server is asked for what the folder holds instead; 1 where it does not give
    that.
    """
    if options.verify:
        from pan2kg.publish import verification

        answered = verification.verify(Path(options.output), options.verify)
        sys.stdout.write(verification.tell(answered))
        return 1 if answered.faults else 0
    from pan2kg.publish.release_parts import PARTS, WITHOUT_SITE

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return release(options, WITHOUT_SITE if options.without_site else PARTS)


def release(options: argparse.Namespace, parts: Sequence[Any] = ()) -> int:
    from pan2kg.publish import processes, published, release as releases, release_parts, vocabulary
    from pan2kg.site.quality import check_in_process

    if parts:
        tell_unbuilt()
    progress = Progress()
    folder = Path(options.output).absolute()
    try:
        progress(say("progress", "loading"))
        kept = cache_of(options)
        if kept and any(part in release_parts.SITE for part in parts):
            # pages tell what a check found: it takes as much memory as the graph, and goes before
            # that is loaded
            processes.apart(partial(check_in_process, project_of(options), kept))
        edition = _prepare(options)
        has_base = options.base is not None
        release_options = published.ReleaseOptions(today(), options.service or "", has_base)
        counts = releases.publish(edition, folder, release_options, parts=parts, note=progress)
    except KeyboardInterrupt:
        raise ProjectError(
            "interrupted", place=Place(str(folder)), remedy="nothing-changed"
        ) from None
    finally:
        progress.finish()
    # what the catalogue could not say, and what would mend it
    contact = edition.issue.contact or edition.facts.of(
        edition.facts.dataset, vocabulary.DCAT + "contactPoint"
    )
    gaps = {
        "no-contact": contact,
        "no-endpoint": edition.issue.addresses.endpoint,
        "no-base": has_base,
    }
    lines = [f"pan2kg: {say('progress', gap)}" for gap, value in gaps.items() if not value]
    reused, pages = counts.kept
    lines += [say("progress", "pages-kept", kept=str(reused), of=str(pages))] if reused else []
    values = {
        "number": str(counts.triples),
        "version": edition.issue.version,
        "folder": options.output,
    }
    tell(*lines, say("progress", "release-written", **values))
    return 0


def _prepare(options: argparse.Namespace) -> Any:  # noqa: ANN401 - an edition, whose module is read for a release alone
    from pan2kg.graph import datasets, graph as graphs
    from pan2kg.publish import edition as editions, reviewer_roles, weights
    from pan2kg.store import cache, project_files

    project = project_of(options)
    if options.without_derived:
        data = project_files.load_project(project)
    else:
        data = cache.open_kept(project, cache_of(options))
    tell(note_on_links(data))
    space = datasets.own_profile(datasets.read_profiles(data), project).space
    _refuse_example(data, space, options.id_base)
    facts = editions.read_facts(data, space)
    version = _version_of(options, facts)
    days = _days_of(options, facts)
    previous = _release_before(options)
    issue = _issue_of(options, facts, version, previous, days)
    graph = graphs.Graph(project, data, language="fr", as_of=issue.modified, release=issue.version)
    reviewer_roles.name_roles(graph.held)
    weights.weigh_links(graph)
    return editions.Edition(graph, facts, issue, previous, kept=cache_of(options))


def _refuse_example(data: "LocalStore", space: str, id_base: str | None) -> None:
    # what a project began with is not published: its example plan, and addresses that are nobody's
    from pan2kg.store import program_query, select

    examples = select(data, program_query("dataset/examples")).values("plan")
    if examples:
        plans = ", ".join(iri.rpartition("/")[2] for iri in examples)
        raise ProjectError("example-left", plans=plans)
    if not id_base and _EXAMPLE.match(space):
        raise ProjectError("example-base", space=space)


def _release_before(options: argparse.Namespace) -> Path | None:
    # the one that was named, else the one that stands where this is to be written
    from pan2kg.publish import folder

    previous: Path | None = options.previous
    if previous is not None and not previous.exists():
        raise ProjectError("no-such-release", place=Place(str(previous)))
    target = Path(options.output).absolute()
    if previous is None and folder.read_mark(target):
        return target
    return previous


def _version_of(options: argparse.Namespace, facts: "Facts") -> str:
    version = str(options.release or facts.version)
    if not _VERSION.fullmatch(version):
        key = "version-no-address" if version else "version-unsaid"
        place = Place("ontology/pan2kg.ttl")
        raise ProjectError(key, place=place, remedy="mend-version", version=version)
    return version


def _days_of(options: argparse.Namespace, facts: "Facts") -> tuple[date, date]:
    # when it was first issued, and the day it is of
    from pan2kg.publish import versions
    from pan2kg.turtle.vocabulary import DCTERMS

    issued = facts.day(DCTERMS + "issued")
    stated = facts.day(DCTERMS + "modified")
    modified = versions.prepare_day(options.date, os.environ.get("SOURCE_DATE_EPOCH", "")) or stated
    if max(issued, modified) > today():
        raise ProjectError("release-in-future", issued=max(issued, modified))
    return min(issued, modified), modified


def _issue_of(
    options: argparse.Namespace,
    facts: "Facts",
    version: str,
    previous: Path | None,
    days: tuple[date, date],
) -> "Issue":
    # what the release calls itself, of what days it is, where it will stand, and what it follows
    from pan2kg.publish import edition as editions, folder

    mark = (folder.read_mark(previous) if previous else None) or {"version": ""}
    is_again = mark["version"] == version
    before = mark.get("previous", "") if is_again else mark["version"]
    root = options.id_base or facts.space
    places = editions.Addresses(root, options.base or root, options.endpoint or "", facts.space)
    issued, modified = days
    contact = options.contact or ""
    return editions.Issue(version, issued, modified, places, before, contact, is_again)


def add_diff(command: argparse.ArgumentParser) -> None:
    command.epilog = "diff.examples"
    command.usage = "diff.usage"
    command.formatter_class = PlainFormatter
    arguments.add_options(command, "diff", _DIFF)


def run_diff(options: argparse.Namespace) -> int:
    """Write what changed from one state of the graph to another, or the state a patch makes of one.

    Raises:
        FormatError: too few or too many states are named, or a patched one is to be no N-Quads.
    """
    wanted = 1 if options.apply else 2
    number = len(options.sides)
    if number != wanted:
        raise FormatError("comparison-takes-two", remedy="use-diff", wanted=wanted, number=number)
    if options.apply and options.output and not options.output.endswith(".nq"):
        raise FormatError("patched-is-nquads")
    progress = Progress()
    try:
        content = _patched(options, progress) if options.apply else _difference(options, progress)
    finally:
        progress.finish()
    if options.output:
        write_atomically(Path(options.output), content)
    else:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    return 0


def _patched(options: argparse.Namespace, progress: Progress) -> bytes:
    """The state that is named, as N-Quads, with what a patch changes in it."""
    from pan2kg.publish import patches
    from pan2kg.store import project_files

    patch = list(project_files.read_quads(Path(options.apply)))
    side = _read_side(options.sides[0], progress)
    return patches.apply(patch, side, options.apply).nquads()[0]


def _difference(options: argparse.Namespace, progress: Progress) -> bytes:
    """What differs between the two states that are named, in the format that is."""
    from pan2kg.publish import change_files, changes, feed, patches, weights

    before = _read_side(options.sides[0], progress)
    after = _read_side(options.sides[1], progress)
    if options.format == "rdf":
        return patches.write_patch(before, after)
    published = weights.published_weights(Path(options.sides[0]))
    change = changes.Change(before, after, weights=published)
    if options.format == "atom":
        day = feed.day_of(change, options.date)
        text = feed.write_feed(change, options.language, day, address=options.address)
    else:
        text = change_files.WRITERS[options.format](change, options.language)
    return text.encode()


def _read_side(path: str, progress: Progress) -> "Side":
    from pan2kg.publish import states

    progress(say("progress", "reading", side=path))
    return states.read_side(Path(path))
