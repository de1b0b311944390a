"""Changing single statements of Turtle files: only the lines of what changes are touched.

People edit the same files by hand, so a difference must show what was changed and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pan2kg.errors import Place, TurtleError
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.tokens import prefixes_used

_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Edit:
    """What a subject says by one predicate: the objects that stand there and those that are to stand, as written.

    ``after`` are predicates behind which a first object is put; without any it follows the class.
    """

    subject: str
    predicate: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    after: tuple[str, ...] = ()


def unescaped(written: str) -> str:
    r"""The characters of a text as it stands between quotation marks.

    >>> unescaped(r"dit \"oui\"")
    'dit "oui"'
    """

    def plain(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _CONTROLS.get(found[3], found[3])

    return _ESCAPED.sub(plain, written)


def edited(text: str, name: str, edits: Sequence[Edit]) -> str:
    """The text of a file with these edits made, every other line as it was.

    Raises:
        TurtleError: a block that is to be changed is not there, or not laid out as the house does.

    >>> old = '@prefix e: <http://e/> .\\n\\ne:a a e:B ;\\n    e:p "1" .\\n'
    >>> print(edited(old, "x.ttl", [Edit("e:a", "e:p", ('"1"',), ('"2"', '"3"'))]), end="")
    @prefix e: <http://e/> .
    <BLANKLINE>
    e:a a e:B ;
        e:p "2" ;
        e:p "3" .
    """
    by_subject: dict[str, list[Edit]] = {}
    for edit in edits:
        by_subject.setdefault(edit.subject, []).append(edit)
    lines = text.split("\n")
    blocks = {block.subject: block for block in read_turtle_file(text, name).blocks}
    missing = next((subject for subject in by_subject if subject not in blocks), None)
    if missing is not None:
        raise TurtleError("no-such-block", place=Place(name), name=missing)
    # From the last block to the first: the lines above keep their numbers.
    for subject in sorted(by_subject, key=lambda one: blocks[one].line, reverse=True):
        block = blocks[subject]
        first, count = block.line - 1, len(block.statements)
        said = [(one.predicate, one.object) for one in block.statements]
        if lines[first : first + count] != _lines(subject, said):
            raise TurtleError("block-not-in-style", place=Place(name, block.line), remedy="check-mends-style")
        for edit in by_subject[subject]:
            _make(said, edit, Place(name, block.line))
        lines[first : first + count] = _lines(subject, said)
    return "\n".join(lines)


def _lines(subject: str, said: Sequence[tuple[str, str]]) -> list[str]:
    """The lines of a block in house style."""
    ends = [";"] * (len(said) - 1) + ["."]
    heads = [f"{subject} ", *["    "] * (len(said) - 1)]
    return [f"{head}{one} {value} {end}" for head, (one, value), end in zip(heads, said, ends, strict=True)]


def _make(said: list[tuple[str, str]], edit: Edit, place: Place) -> None:
    """Put the new objects in the places of the old ones, more of them behind the last."""
    places = list[int]()
    for value in edit.old:
        free = (at for at, one in enumerate(said) if one == (edit.predicate, value) and at not in places)
        at = next(free, None)
        if at is None:
            raise TurtleError("no-such-block", place=place, name=edit.predicate)
        places.append(at)
    for at, value in zip(places, edit.new, strict=False):
        said[at] = (edit.predicate, value)
    more = [(edit.predicate, value) for value in edit.new[len(places) :]]
    behind = max(places, default=_place(said, edit)) + 1
    said[behind:behind] = more
    for at in sorted(places[len(edit.new) :], reverse=True):
        del said[at]


def _place(said: Sequence[tuple[str, str]], edit: Edit) -> int:
    """The statement a first object comes to stand behind."""
    before = {"a", edit.predicate, *edit.after}
    return max((at for at, (predicate, _) in enumerate(said) if predicate in before), default=0)


def without_unused(text: str, before: str) -> str:
    """A text without the lines of the prefixes that were in use before, and no longer are.

    >>> without_unused("@prefix e: <http://e/> .\\n@prefix f: <http://f/> .\\n\\nf:a a f:B .\\n", "e:a a f:B .")
    '@prefix f: <http://f/> .\\n\\nf:a a f:B .\\n'
    """
    gone = prefixes_used(before) - prefixes_used(text)
    heads = tuple(f"@prefix {name}: " for name in gone)
    return "".join(line for line in text.splitlines(keepends=True) if not (heads and line.startswith(heads)))
