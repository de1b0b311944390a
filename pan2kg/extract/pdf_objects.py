"""The objects of a PDF file, read only to tell which pages are broken.

The library passes over content that cannot be unpacked, and gives what is left as the whole page.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_OBJECT = re.compile(rb"(?<!\d)(\d{1,10})\s+\d{1,5}\s+obj\b")
_REFERENCE = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R\b")
_STREAM = re.compile(rb"\bstream\r?\n")
_ROOT = re.compile(rb"/Root\s+(\d{1,10})\s+\d{1,5}\s+R")
_FLATE = re.compile(rb"/Filter\s*(?:/FlateDecode|\[\s*/FlateDecode\s*\])")
_PACKED = re.compile(rb"/Type\s*/ObjStm")
_BEHIND = 16  # bytes that may stand behind what is packed: the sum of four, and the end of the line
_MOST = 64 << 20  # bytes that the objects packed into one stream may unpack to


class _FileObject(NamedTuple):
    """An object of a file: its dictionary, and the stream behind it, None where it has none."""

    head: bytes
    content: bytes | None


_NO_OBJECT = _FileObject(b"", None)


def _objects(data: bytes) -> Mapping[int, _FileObject]:
    """The objects of a file by their numbers, those that are packed into others among them."""
    matches = list(_OBJECT.finditer(data))
    objects = {}
    for at, match in enumerate(matches):
        end = matches[at + 1].end() if at + 1 < len(matches) else len(data)
        objects[int(match[1])] = _file_object(data[match.end() : end])
    for packed in list(objects.values()):
        for number, head in _unpacked(packed):
            objects.setdefault(number, _FileObject(head, None))
    return objects


def _file_object(body: bytes) -> _FileObject:
    stream = _STREAM.search(body)
    if stream:
        end = body.rfind(b"endstream")
        content = body[stream.end() : end if end >= 0 else len(body)]
        return _FileObject(body[: stream.start()], content)
    end = body.rfind(b"endobj")
    return _FileObject(body[: end if end >= 0 else len(body)], None)


def _unpacked(packed: _FileObject) -> Iterator[tuple[int, bytes]]:
    """The objects that are packed into the stream of one: numbers and places stand at its beginning."""
    if packed.content is None or not _PACKED.search(packed.head):
        return
    try:
        text = zlib.decompressobj().decompress(packed.content, _MOST)
    except zlib.error:
        return
    offset = re.search(rb"/First\s+(\d+)", packed.head)
    first = int(offset[1]) if offset else 0
    listed = [int(word) for word in text[:first].split() if word.isdigit()]
    numbers = listed[::2]
    places = listed[1::2]
    ends = [*places[1:], len(text) - first]
    for number, start, end in zip(numbers, places, ends, strict=False):
        yield number, text[first + start : first + end]


def broken_pages(data: bytes) -> frozenset[int]:
    """The pages of a file, from 1, of whose content some cannot be unpacked, so that a reader would pass over it."""
    roots = _ROOT.findall(data) if b"/Encrypt" not in data else []
    if not roots:
        return frozenset()
    objects = _objects(data)
    tree = re.search(rb"/Pages\s+(\d+)", objects.get(int(roots[-1]), _NO_OBJECT).head)
    waiting = [int(tree[1])] if tree else []
    visited = set()
    broken = set()
    page = 0
    while waiting and waiting[-1] in objects and waiting[-1] not in visited:
        number = waiting.pop()
        visited.add(number)
        head = objects[number].head
        if kids := re.search(rb"/Kids\s*\[(.*?)\]", head, re.DOTALL):
            waiting += reversed(_references(kids[1]))
            continue
        page += 1
        contents = [objects.get(content, _NO_OBJECT) for content in _drawn(head, objects)]
        if any(map(_is_broken, contents)):
            broken.add(page)
    return frozenset(broken)


def _references(text: bytes) -> list[int]:
    return list(map(int, _REFERENCE.findall(text)))


def _drawn(page: bytes, objects: Mapping[int, _FileObject]) -> list[int]:
    """The numbers of the objects that are drawn on a page."""
    match = re.search(rb"/Contents\s*(?:\[(.*?)\]|(\d+)\s+\d+\s+R)", page, re.DOTALL)
    if match is None:
        return []
    if match[1] is not None:
        return _references(match[1])
    # one object, which is drawn or lists those that are
    number = int(match[2])
    content = objects.get(number, _NO_OBJECT)
    return _references(content.head) if content.content is None else [number]


def _is_broken(drawn: _FileObject) -> bool:
    if drawn.content is None or not _FLATE.search(drawn.head):
        return False
    # the two bytes before it and the sum behind it do not count: producers get the sum wrong, or
    # leave it out
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacking.decompress(drawn.content[2:], _MOST)
    except zlib.error:
        return True
    ended_early = len(unpacking.unused_data) > _BEHIND
    return ended_early or not (unpacking.eof or unpacking.unconsumed_tail)
