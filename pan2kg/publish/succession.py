"""How a release follows the one before: whether its version may be taken, which would fit, and what leads from it.

A version says one thing for good. The same content may be written again under it; other content needs a higher number,
which is proposed from what changed: the first part counts what was removed or retired, the second what was added, the
third what was only corrected; below 1.0.0 what was removed counts as added.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Language, Messages
from pan2kg.publish.diff.change_report import ChangeReport
from pan2kg.publish.diff.feed import ATOM, write_feed
from pan2kg.publish.diff.things import Status
from pan2kg.publish.dump import QUADS
from pan2kg.publish.edition import Issue
from pan2kg.publish.folder import age

_WORDS: Final = Messages("publication")
_AT_ONCE: Final = 5_000
"""So many statements stand in one operation: engines read a request whole."""


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The release before: where it is, its version, and that of the one before it."""

    folder: Path
    version: str
    previous: str


def refuse_version(issue: Issue, before: Predecessor, lines: Sequence[bytes], report: ChangeReport | None) -> None:
    """Refuse a version that says something else already, or that goes back.

    Raises:
        ProjectError: the version is lower than that before, or the same with other content; with one that would fit.
    """
    if age(issue.version) < age(before.version):
        raise ProjectError(
            "version-goes-back", place=Place(str(before.folder)), remedy="raise-version", version=issue.version,
            before=before.version,
        )  # fmt: skip
    if issue.version == before.version and not says(before.folder, lines):
        proposed = propose(before.version, report)
        raise ProjectError(
            "version-used", place=Place(str(before.folder)), remedy="take-version", version=issue.version,
            proposed=proposed,
        )  # fmt: skip


def says(folder: Path, lines: Sequence[bytes]) -> bool:
    """Whether a release holds just these statements."""
    path = folder / QUADS
    if not path.is_file():
        return False
    with gzip.open(path) as file:
        return file.read() == b"".join(lines)


def propose(version: str, report: ChangeReport | None) -> str:
    """The version that follows, by what changed; where that is not known, as if something was added.

    >>> propose("0.1.0", None), propose("1.4.2", None), propose("2026", None)
    ('0.2.0', '1.5.0', '2026.1.0')
    """
    numbers = [int(part) if part.isdigit() else 0 for part in version.partition("-")[0].split(".")]
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    lost = report is not None and any(report.count(one) for one in (Status.REMOVED, Status.RETIRED))
    come = report is None or bool(report.count(Status.ADDED))
    if lost and major:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if lost or come else f"{major}.{minor}.{patch + 1}"


def write_update(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[str]:
    """What leads from the statements of one dump to those of another, as SPARQL 1.1 Update; both are lines of N-Quads.

    >>> print("".join(write_update([b'<s:a> <p:b> "x" <g:c> .'], [b'<s:a> <p:b> "y" <g:c> .'])), end="")
    DELETE DATA {
    GRAPH <g:c> {
    <s:a> <p:b> "x" .
    }
    } ;
    INSERT DATA {
    GRAPH <g:c> {
    <s:a> <p:b> "y" .
    }
    } ;
    """
    before, after = ({line.strip() for line in lines} for lines in (old, new))
    for verb, lines in (("DELETE", before - after), ("INSERT", after - before)):
        ordered = sorted(lines, key=lambda line: (_graph(line), line))
        for start in range(0, len(ordered), _AT_ONCE):
            yield f"{verb} DATA {{\n"
            for graph, group in groupby(ordered[start : start + _AT_ONCE], key=_graph):
                yield f"GRAPH {graph.decode()} {{\n"
                yield from (f"{line[: line.rindex(b' <')].decode()} .\n" for line in group)
                yield "}\n"
            yield "} ;\n"


def _graph(line: bytes) -> bytes:
    return line[line.rindex(b" <") + 1 :].removesuffix(b".").strip()


def dump_lines(folder: Path) -> list[bytes]:
    """The statements a release holds, a line each; none where it has no such dump.

    Raises:
        OSError: it cannot be read.
    """
    path = folder / QUADS
    if not path.is_file():
        return []
    with gzip.open(path) as file:
        return file.read().splitlines()


def write_feeds(report: ChangeReport, issue: Issue, language: Language, earlier: Path | None, name: str) -> bytes:
    """The feed of all versions in a language: this one with what changed in it, then those before.

    Raises:
        OSError: the feed of the release before cannot be read.
    """
    from datetime import UTC, datetime

    ET.register_namespace("", ATOM)
    when = datetime(issue.modified.year, issue.modified.month, issue.modified.day, tzinfo=UTC)
    address = issue.addresses.file(name)
    feed = ET.fromstring(write_feed(report, language, when, address=address).encode())  # noqa: S314  # our own
    entries = feed.findall(f"{{{ATOM}}}entry")
    for entry in entries:
        feed.remove(entry)
    own = [_of_version(issue, language, when.strftime("%Y-%m-%dT%H:%M:%SZ")), *entries]
    kept = _entries(earlier / name) if earlier else []
    known: set[str] = set()
    for entry in (*own, *kept):
        id_ = entry.findtext(f"{{{ATOM}}}id", "")
        if id_ not in known:
            known.add(id_)
            feed.append(entry)
    ET.indent(feed)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(feed, encoding="unicode")}\n'.encode()


def _entries(path: Path) -> list[ET.Element]:
    """The entries of a feed that was published; none where there is none, or it is none."""
    try:
        return ET.fromstring(path.read_bytes()).findall(f"{{{ATOM}}}entry")  # noqa: S314  # of a release of ours
    except (OSError, ET.ParseError):
        return []


def _of_version(issue: Issue, language: Language, when: str) -> ET.Element:
    entry = ET.Element(f"{{{ATOM}}}entry")
    for name, text in (
        ("id", issue.version_iri),
        ("title", _WORDS.say("feed.version", language, version=issue.version)),
        ("updated", when),
        ("summary", _WORDS.say("feed.version", language, version=issue.version)),
    ):
        ET.SubElement(entry, f"{{{ATOM}}}{name}").text = text
    ET.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "href": issue.version_iri})
    return entry
