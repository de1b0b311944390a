"""The site map of a release: where its pages stand, for search engines (sitemaps.org)."""

from collections.abc import Iterable, Iterator
from itertools import islice

from pan2kg.publish.edition import File, Issue
from pan2kg.tables import formats

_MOST = 50_000
"""How many addresses one file may hold (the limit of the sitemap protocol)."""
_WHOLE = "sitemap.xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def map_files(paths: Iterable[str], issue: Issue, most: int = _MOST) -> Iterator[File]:
    """The site map; past the limit of one file, parts of it and a list of the parts.

    >>> from datetime import date
    >>> files = list(map_files(["a.html", "b.html"], Issue("1", date(2026, 1, 1), date(2026, 1, 1)), most=1))
    >>> [path for path, _ in files]
    ['sitemap-1.xml', 'sitemap-2.xml', 'sitemap.xml']
    """
    addresses = iter(paths)
    chunks = []
    while chunk := list(islice(addresses, most)):
        chunks.append(chunk)
    if len(chunks) == 1:
        yield _WHOLE, _address_list(chunks[0], issue)
        return
    parts = []
    for number, chunk in enumerate(chunks, 1):
        name = f"sitemap-{number}.xml"
        yield name, _address_list(chunk, issue)
        address = formats.xml_text(issue.addresses.file(name))
        parts.append(f"<sitemap><loc>{address}</loc></sitemap>\n")
    if parts:
        content = f"{_HEAD}<sitemapindex{_SPACE}>\n{''.join(parts)}</sitemapindex>\n"
        yield _WHOLE, content.encode()


def _address_list(paths: Iterable[str], issue: Issue) -> bytes:
    entries = []
    for path in paths:
        address = formats.xml_text(issue.addresses.file(path))
        entries.append(f"<url><loc>{address}</loc></url>\n")
    return f"{_HEAD}<urlset{_SPACE}>\n{''.join(entries)}</urlset>\n".encode()
