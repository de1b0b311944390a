"""Changing single statements of a Turtle file: only the lines of what changes are touched.

People edit the same files by hand, so a file is never written anew. Review states what changes as a
:class:`StatementEdit`, and :func:`edited` gives the text of the file with it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pan2kg.errors import Place, TurtleError
from pan2kg.turtle import writer
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import TurtleLine

_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class StatementEdit:
    """What a subject says by one predicate: the objects that stand there and those that are to stand, as written.

    ``after`` are predicates behind which a first object is put; without any it follows the class.
    """

    subject: str
    predicate: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    after: tuple[str, ...] = ()

    def made(self, statements: Sequence[TurtleLine], place: Place) -> list[TurtleLine]:
        """The statements of the subject, which stands at a place, after the edit; none of them has a line.

        Raises:
            TurtleError: one of the old objects does not stand there.
        """
        places = self._places(statements, place)
        changed = list(statements)
        wanted = [TurtleLine(self.predicate, value) for value in self.new]
        for at, statement in zip(places, wanted, strict=False):
            changed[at] = statement
        # a first object comes behind the class, or what it is to follow
        before = {"a", self.predicate, *self.after}
        behind = [at for at, statement in enumerate(changed) if statement.predicate in before]
        start = max(places or behind, default=0) + 1
        changed[start:start] = wanted[len(places) :]
        for at in sorted(places[len(wanted) :], reverse=True):
            del changed[at]
        return changed

    def _places(self, statements: Sequence[TurtleLine], place: Place) -> list[int]:
        """Where each of the old objects stands."""
        places = []
        for value in self.old:
            for at, statement in enumerate(statements):
                if statement == TurtleLine(self.predicate, value) and at not in places:
                    places.append(at)
                    break
            else:
                raise TurtleError("no-such-block", place=place, name=self.predicate)
        return places


def edited(text: str, name: str, edits: Sequence[StatementEdit]) -> str:
    """The text of a file with these edits made, every other line as it was.

    Raises:
        TurtleError: the file has no such block or statement, or does not write the block in our style.
    """
    by_subject: dict[str, list[StatementEdit]] = {}
    for edit in edits:
        by_subject.setdefault(edit.subject, []).append(edit)
    blocks = {block.subject: block for block in read_turtle_file(text, name).blocks}
    for subject in by_subject:
        if subject not in blocks:
            raise TurtleError("no-such-block", place=Place(name), name=subject)
    lines = text.split("\n")
    # from the last block to the first: the lines above keep their numbers
    for subject in sorted(by_subject, key=lambda subject: blocks[subject].line, reverse=True):
        block = blocks[subject]
        place = Place(name, block.line)
        statements = [line._replace(line=0) for line in block.statements]
        of_block = slice(block.line - 1, block.line - 1 + len(statements))
        if lines[of_block] != _block_lines(subject, statements):
            raise TurtleError("block-not-in-style", place=place, remedy="check-mends-style")
        for edit in by_subject[subject]:
            statements = edit.made(statements, place)
        lines[of_block] = _block_lines(subject, statements)
    return "\n".join(lines)


def _block_lines(subject: str, statements: Iterable[TurtleLine]) -> list[str]:
    return writer.write_block(writer.Block(subject, tuple(statements))).split("\n")[:-1]


def without_unused(text: str, before: str) -> str:
    """A text without the lines of the prefixes that were in use before, and no longer are."""
    unused = writer.prefixes_used(before) - writer.prefixes_used(text)
    heads = tuple(f"@prefix {name}: " for name in unused)
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(heads))


def unescaped(written: str) -> str:
    r"""The characters of a text as it stands between quotation marks.

    >>> unescaped(r"« \u00e9t\u00e9 »\n")
    '« été »\n'
    """

    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _CONTROLS.get(match[3], match[3])

    return _ESCAPED.sub(plain, written)
