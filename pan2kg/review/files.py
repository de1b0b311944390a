"""Adding blocks to a Turtle file without changing a byte of what stands in it but for prefixes that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.project import Project, read_text, reason, write_atomically
from pan2kg.review.entry import RefusedError
from pan2kg.turtle.blocks import Sheet, read_sheet
from pan2kg.turtle.tokens import prefixes_used
from pan2kg.turtle.writer import Block, write_turtle
from pan2kg.validation.style import check_style

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD: Final = re.compile(r"\A(?:@prefix [^\n]*\n)*\n?")


def append(old: str, header: Sequence[Block], blocks: Sequence[Block], prefixes: Mapping[str, str], name: str) -> str:
    """The text of a file with blocks added: a new file begins with ``header``, an old one keeps every line it has.

    Raises:
        RefusedError: the old text is not Turtle, or uses one of the prefixes for something else.

    >>> names = {"e": "http://e/", "f": "http://f/"}
    >>> from pan2kg.turtle.writer import Statement
    >>> print(append("@prefix f: <http://f/> .\\n\\n# mine\\n\\nf:a a f:B .\\n", [],
    ...     [Block("e:x", (Statement("a", "f:B"),))], names, "x.ttl"), end="")
    @prefix e: <http://e/> .
    @prefix f: <http://f/> .
    <BLANKLINE>
    # mine
    <BLANKLINE>
    f:a a f:B .
    <BLANKLINE>
    e:x a f:B .
    """
    if not old.strip():
        return write_turtle([*header, *blocks], prefixes)
    _parse(old, name)
    body = _HEAD.sub("", write_turtle(blocks, prefixes), count=1)
    kept = _with_prefixes(old, sorted(prefixes_used(body)), prefixes, name)
    return f"{kept}{_gap(kept)}{body}"


def _gap(text: str) -> str:
    """What makes the next line one that follows a blank one."""
    return "" if text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"


def _with_prefixes(old: str, used: Iterable[str], prefixes: Mapping[str, str], name: str) -> str:
    """The old text with lines for the prefixes it lacks, each in its place by the alphabet."""
    sheet = read_sheet(old, name)
    other = next((one for one in used if sheet.prefixes.get(one, prefixes[one]) != prefixes[one]), None)
    if other is not None:
        raise RefusedError("other-prefix", file=name, prefix=other)
    after: dict[int, list[str]] = {}
    for one in used:
        if one not in sheet.prefixes:
            place = max((line for known, line in sheet.prefix_lines if known < one), default=_first(sheet) - 1)
            after.setdefault(place, []).append(f"@prefix {one}: <{prefixes[one]}> .\n")
    pieces = after.pop(0, [])
    pieces += [] if sheet.prefix_lines or not pieces else ["\n"]
    for number, line in enumerate(_LINE.findall(old), start=1):
        more = after.get(number, ())
        pieces += [line, *(["\n"] if more and not line.endswith("\n") else ()), *more]
    return "".join(pieces)


def _first(sheet: Sheet) -> int:
    """The line of the first prefix, the first line where there is none."""
    return min((line for _, line in sheet.prefix_lines), default=1)


def _parse(text: str, name: str) -> None:
    try:
        for _ in ox.parse(text, format=ox.RdfFormat.TURTLE):
            pass
    except SyntaxError as error:
        raise RefusedError("not-turtle", file=name, line=error.lineno or 1) from None


def write(project: Project, texts: Mapping[Path, str], prefixes: Mapping[str, str]) -> None:
    """Write new texts of files, all of them or none; each is read back as Turtle and held to the house style first.

    Raises:
        RefusedError: a file cannot be written; the ones that were are as before.
        ProjectError: a text departs from the house style where the old one did not, which would be a fault of ours.
    """
    before = {path: read_text(path) if path.exists() else None for path in texts}
    for path, text in texts.items():
        _vouch(project.name_of(path), before[path] or "", text, prefixes)
    done: list[Path] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text)
            done.append(path)
    except (OSError, ProjectError) as error:
        _restore({path: before[path] for path in done})
        raise RefusedError("not-written", detail=_detail(error)) from None


def _detail(error: OSError | ProjectError) -> str:
    """What the system said, else what we said."""
    cause = error if isinstance(error, OSError) else error.__context__
    return reason(cause) if isinstance(cause, OSError) else str(error)


def _restore(texts: Mapping[Path, str | None]) -> None:
    for path, text in texts.items():
        if text is None:
            path.unlink(missing_ok=True)
        else:
            write_atomically(path, text)


def _vouch(name: str, old: str, new: str, prefixes: Mapping[str, str]) -> None:
    """Make sure that what is about to be written is Turtle, and no worse in its style than what stands there."""
    _parse(new, name)
    fresh = _faults(new, name, prefixes) - (_faults(old, name, prefixes) if old.strip() else set())
    if fresh:
        rules = ", ".join(sorted(fresh))
        raise ProjectError(f"What was to be written to {name} departs from the house style: {rules}.")


def _faults(text: str, name: str, prefixes: Mapping[str, str]) -> set[str]:
    """The rules of the house style a text breaks."""
    return {found.rule.key for found in check_style([read_sheet(text, name)], prefixes)}
