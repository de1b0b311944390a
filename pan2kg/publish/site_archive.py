"""The pages of a release in our first language as an archive, to be read without a server."""

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from pan2kg.i18n import LANGUAGES
from pan2kg.publish import csv_tables, document_places, dumps
from pan2kg.publish.published import ARCHIVE, PublishedRelease
from pan2kg.publish.release_parts import FRONT, WELCOME

_KINDS = "|".join(document_places.APART)
_OF_KINDS = tuple(f"{document_places.DOCUMENTS}/{kind}/" for kind in document_places.APART)
"""The documents that come along, since what they tell stands on no page."""
_LOOKS = ("release.css", "release.js", "favicon.svg")
"""What a document loads."""
_UNIX = 3
"""The system a zip names: else it would name the one it was made on."""
_LED_AWAY = re.compile(
    rf"""
    (\ href="?)(?:\.\./)*(?=                        # a link to
        (?:{"|".join(LANGUAGES[1:])})/              # a page in another language,
      | {document_places.DOCUMENTS}/(?!(?:{_KINDS})/)     # a document that does not come along,
      | graph/ | {re.escape(dumps.QUADS)}          # a named graph or the dump
    )
    """.encode(),
    re.VERBOSE,
)
_ACROSS = re.compile(
    rf"""
    (\ href=)\.\./(?!\.\./|(?:{_KINDS})/)           # a link of a document out of the folder of its kind
    (?=[^/]+/|[^/]+\.html)                          # to a document of another kind that stays behind
    """.encode(),
    re.VERBOSE,
)


def archive_pages(release: PublishedRelease, drawn: Sequence[str]) -> None:
    """Pack the pages among the paths of what was ``drawn``; what is not packed is led to where it stands.

    The other languages, the shared documents, graphs and the dump stand below the base of the
    release: where none was given, at the root of our IRIs. Without pages there is no archive.
    """
    folders = (f"{LANGUAGES[0]}/", "assets/", f"{csv_tables.DATA}/")
    files = [path for path in drawn if path == WELCOME or path.startswith(folders)]
    if not files:
        return
    told_apart = []
    for path in release.folder.sums:
        if path.startswith(_OF_KINDS) and path.endswith(".html"):
            told_apart.append(path)
    if told_apart:
        files += (*told_apart, *_LOOKS)
    root = release.folder.root
    base = release.edition.issue.addresses.base.encode()

    def content(path: str) -> bytes:
        body = (root / path).read_bytes()
        if path.startswith(f"{document_places.DOCUMENTS}/"):
            body = _ACROSS.sub(rb"\1" + base + document_places.DOCUMENTS.encode() + b"/", body)
        if path.endswith(".html"):
            body = _LED_AWAY.sub(rb"\1" + base, body)
        return body

    names = {FRONT if path == WELCOME else path: path for path in files}
    _pack(root / ARCHIVE, names, content, release.edition.issue.modified)
    (root / WELCOME).unlink(missing_ok=True)
    release.folder.sums.pop(WELCOME, None)
    release.measure_offers()


def _pack(
    target: Path, files: Mapping[str, str], content: Callable[[str], bytes], day: date
) -> None:
    """A zip of files by the names they get there; its bytes depend on their content and the day alone."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = _UNIX
            archive.writestr(entry, content(files[name]), compresslevel=dumps.PACKING)
