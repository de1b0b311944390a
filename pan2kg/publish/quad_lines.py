r"""Statements as sorted lines of N-Quads: compared, put below another base, packed, written as an update.

Dumps, changes and patches of a release are made of them. A line is bytes and ends with its graph, as in
``b"<http://e/a> <http://e/p> <http://e/o> <http://e/g> .\n"``.
"""

import gzip
import io
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import NamedTuple

from pan2kg.turtle.vocabulary import ROOT

_VANN = b"<http://purl.org/vocab/vann/preferredNamespaceUri>"
"""What is said by this is a text that begins our IRIs."""
_LINES = 500
"""So many lines are written at once: a compressed file takes one with as much ado as all of them."""
_STATEMENTS = 5_000
"""So many statements stand in one operation of an update: engines read a request whole."""


class LineDifference(NamedTuple):
    """The lines that only the state before has, and those that only the state after has."""

    gone: list[bytes]
    come: list[bytes]


class TextInLine(NamedTuple):
    """A line around its text: up to the mark that opens it, and from the one that closes it on.

    Of a line without a text ``head`` is the whole.
    """

    head: bytes
    text: bytes
    tail: bytes


def differing(old: Iterable[bytes], new: Iterable[bytes]) -> LineDifference:
    r"""In what two states differ that are sorted: they are passed over, neither is held.

    >>> differing([b"a\n", b"b\n"], [b"b\n", b"c\n"])
    LineDifference(gone=[b'a\n'], come=[b'c\n'])
    """
    gone = []
    come = []
    after = iter(new)
    line_after = next(after, b"")
    for line in old:
        while line_after and line_after < line:
            come.append(line_after)
            line_after = next(after, b"")
        if line_after == line:
            line_after = next(after, b"")
        else:
            gone.append(line)
    if line_after:
        come.append(line_after)
    return LineDifference(gone, [*come, *after])


def around_text(line: bytes) -> TextInLine:
    """A line parted where its text begins and ends.

    >>> around_text(b'<http://e/a> <http://e/p> "b"@en <http://e/g> .')
    TextInLine(head=b'<http://e/a> <http://e/p> "', text=b'b', tail=b'"@en <http://e/g> .')
    """
    start = line.find(b' "') + 2
    if start < 2:
        return TextInLine(line, b"", b"")
    end = line.rindex(b'"')
    return TextInLine(line[:start], line[start:end], line[end:])


def rebase(line: bytes, root: bytes, home: bytes = ROOT.encode()) -> bytes:
    """A line with our own IRIs under another base; of texts only the namespace of the ontology is changed.

    >>> old = b'<https://w3id.org/pan2kg/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    >>> rebase(old, b"https://data.example/").decode()
    '<https://data.example/id/a> <http://e/p> "see <https://w3id.org/pan2kg/id/a>" <http://e/g> .'
    """
    before = b"<" + home
    after = b"<" + root
    head, text, tail = around_text(line)
    if _VANN in head:
        text = text.replace(home, root)
    return head.replace(before, after) + text + tail.replace(before, after)


def in_pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines, so many at once."""
    remaining = iter(lines)
    while piece := b"".join(islice(remaining, _LINES)):
        yield piece


def compressed(lines: Iterable[bytes]) -> bytes:
    r"""Lines as gzip, packed quickly: what is held so goes again soon.

    >>> gzip.decompress(compressed([b"a\n", b"b\n"]))
    b'a\nb\n'
    """
    target = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=1, fileobj=target, mtime=0) as packed:
        packed.writelines(in_pieces(lines))
    return target.getvalue()


def write_update(difference: LineDifference) -> Iterator[str]:
    r"""SPARQL Update that takes away some lines and adds others, 5,000 statements an operation.

    >>> line = b'<http://e/a> <http://e/p> "b" <http://e/g> .\n'
    >>> print("".join(write_update(LineDifference([], [line]))), end="")
    INSERT DATA {
    GRAPH <http://e/g> {
    <http://e/a> <http://e/p> "b" .
    }
    } ;
    """
    for verb, lines in (("DELETE", difference.gone), ("INSERT", difference.come)):
        ordered = sorted(lines, key=lambda line: (_graph_end(line), line))
        for start in range(0, len(ordered), _STATEMENTS):
            yield f"{verb} DATA {{\n"
            for end, group in groupby(ordered[start : start + _STATEMENTS], key=_graph_end):
                graph = end.decode().strip().removesuffix(" .")
                yield f"GRAPH {graph} {{\n"
                yield from (f"{line.removesuffix(end).decode()} .\n" for line in group)
                yield "}\n"
            yield "} ;\n"


def _graph_end(line: bytes) -> bytes:
    """What a line ends with: its graph and a full stop."""
    return line[line.rindex(b" <") :]
