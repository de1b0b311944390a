"""What of a damaged PDF can still be read: which pages have lost what draws them, and the pages of a file cut short.

PDFium reads a page whose content cannot be unpacked as an empty one, and says nothing; it opens no file whose end is
missing. Here the objects of a file are looked up in its bytes, as ISO 32000-1 §7.3 and §7.5 lay them out.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj\b")
_REFERENCE: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_STREAM: Final = re.compile(rb"\bstream\r?\n")
_ROOT: Final = re.compile(rb"/Root\s+(\d{1,10})\s+\d{1,5}\s+R")
_LEAF: Final = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_TREE: Final = re.compile(rb"/Type\s*/Pages(?![a-zA-Z])")
_COUNT: Final = re.compile(rb"/Count\s+(\d{1,6})")
_FLATE: Final = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
_PACKED: Final = re.compile(rb"/Type\s*/ObjStm")
_BEHIND: Final = 16
"""Bytes that may stand behind what is packed: the sum of four, and the end of the line."""
_MOST: Final = 64 << 20
"""Bytes that the objects packed into one stream may unpack to."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """An object: what stands in it before its stream, and the bytes of that; ``is_packed`` where it lay in another."""

    head: bytes
    stream: bytes | None = None
    is_packed: bool = False


def broken_pages(data: bytes) -> frozenset[int]:
    """The pages, from 1, whose content cannot be unpacked; none of a file that is encrypted or differently packed."""
    if b"/Encrypt" in data:
        return frozenset()
    things = _things(data)
    return frozenset(
        number
        for number, page in enumerate(_pages(data, things), 1)
        if any(_is_broken(things.get(one)) for one in _contents(page, things))
    )


def mended(data: bytes) -> tuple[bytes, int]:
    """A file with all pages that are left in it, in the order they stand in, and how many it had as far as it says."""
    things = _things(data)
    leaves = [number for number, one in things.items() if _LEAF.search(one.head) and b"/Contents" in one.head]
    root = max(things, default=0) + 1
    kids = b" ".join(b"%d 0 R" % number for number in leaves)
    plain = [b"%d 0 obj\n%s\nendobj" % (number, one.head) for number, one in things.items() if one.is_packed]
    plain += [
        b"%d 0 obj\n<< /Type /Pages /Kids [%s] /Count %d >>\nendobj" % (root, kids, len(leaves)),
        b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj" % (root + 1, root),
        b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n0\n%%%%EOF\n" % (root + 2, root + 1),
    ]
    trees = [one.head for one in things.values() if _TREE.search(one.head)]
    counts = [int(found[1]) for one in trees if (found := _COUNT.search(one))]
    return data + b"\n" + b"\n".join(plain), max([len(leaves), *counts])


def _things(data: bytes) -> Mapping[int, _Thing]:
    """The objects of a file by number, the last of each; those packed into streams too."""
    found: dict[int, _Thing] = {}
    places = [(int(one[1]), one.end()) for one in _OBJECT.finditer(data)]
    ends = [*(place for _, place in places[1:]), len(data)]
    for (number, start), end in zip(places, ends, strict=False):  # without any object there is an end, and no place
        body = data[start:end]
        stream = _STREAM.search(body)
        until = body.rfind(b"endobj")
        head = body[: stream.start()] if stream else body[: until if until >= 0 else len(body)]
        tail = body.rfind(b"endstream") if stream else -1
        content = body[stream.end() : tail if tail >= 0 else len(body)] if stream else None
        found[number] = _Thing(head, content)
    for one in list(found.values()):
        if one.stream is not None and _PACKED.search(one.head):
            found |= {number: thing for number, thing in _packed(one) if number not in found}
    return found


def _packed(one: _Thing) -> Iterator[tuple[int, _Thing]]:
    first = re.search(rb"/First\s+(\d+)", one.head)
    try:
        text = zlib.decompressobj().decompress(one.stream or b"", _MOST)
    except zlib.error:
        return
    at = int(first[1]) if first else 0
    numbers = [int(word) for word in text[:at].split() if word.isdigit()]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    ends = [*(place for _, place in pairs[1:]), len(text) - at]
    for (number, start), end in zip(pairs, ends, strict=True):
        yield number, _Thing(text[at + start : at + end], is_packed=True)


def _pages(data: bytes, things: Mapping[int, _Thing]) -> Iterator[_Thing]:
    """The pages in their order, from the last root the file names; nothing where the tree is not whole."""
    roots = _ROOT.findall(data)
    tree = re.search(rb"/Pages\s+(\d+)", things.get(int(roots[-1]), _Thing(b"")).head) if roots else None
    waiting, seen = [int(tree[1])] if tree else [], set[int]()
    while waiting:
        number = waiting.pop()
        one = things.get(number)
        if one is None or number in seen:
            return
        seen.add(number)
        kids = re.search(rb"/Kids\s*\[(.*?)\]", one.head, re.DOTALL)
        if kids:
            waiting += [int(kid) for kid in reversed(_REFERENCE.findall(kids[1]))]
        else:
            yield one


def _contents(page: _Thing, things: Mapping[int, _Thing]) -> list[int]:
    """The numbers of the streams that draw a page."""
    found = re.search(rb"/Contents\s*(?:\[(.*?)\]|(\d+)\s+\d+\s+R)", page.head, re.DOTALL)
    if not found:
        return []
    if found[1] is not None:
        return [int(one) for one in _REFERENCE.findall(found[1])]
    named = things.get(int(found[2]))
    is_list = named is not None and named.stream is None
    return [int(one) for one in _REFERENCE.findall(named.head)] if named and is_list else [int(found[2])]


def _is_broken(one: _Thing | None) -> bool:
    if one is None or one.stream is None or not _FLATE.search(one.head):
        return False
    # the two bytes before it and the sum behind it are left alone: producers get the sum wrong, or leave it out
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacking.decompress(one.stream[2:], _MOST)
    except zlib.error:
        return True
    ended_early = len(unpacking.unused_data) > _BEHIND
    return ended_early or not (unpacking.eof or unpacking.unconsumed_tail)
