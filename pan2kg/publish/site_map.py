"""The site map: the addresses of the pages, for search engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final
from xml.sax.saxutils import escape

from pan2kg.publish.catalogue.issue import Issue
from pan2kg.publish.edition import File

MOST: Final = 50_000
"""How many addresses one file may hold (the limit of the sitemap protocol)."""
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def map_files(paths: Iterable[str], issue: Issue, most: int = MOST) -> Iterator[File]:
    """The site map; past the limit of one file, parts of it and a list of the parts.

    >>> from datetime import date
    >>> files = list(map_files(["a.html", "b.html"], Issue("1", date(2026, 1, 1), date(2026, 1, 1)), most=1))
    >>> [path for path, _ in files]
    ['sitemap-1.xml', 'sitemap-2.xml', 'sitemap.xml']
    """
    rest, parts = iter(paths), 0
    first = list(islice(rest, most))
    second = list(islice(rest, most))
    if not second:
        yield "sitemap.xml", _pages(first, issue)
        return
    while first:
        parts += 1
        yield f"sitemap-{parts}.xml", _pages(first, issue)
        first, second = second, list(islice(rest, most))
    listed = "".join(
        f"<sitemap><loc>{issue.addresses.file(f'sitemap-{n}.xml')}</loc></sitemap>\n" for n in range(1, parts + 1)
    )
    yield "sitemap.xml", f"{_HEAD}<sitemapindex{_SPACE}>\n{listed}</sitemapindex>\n".encode()


def _pages(paths: list[str], issue: Issue) -> bytes:
    day = issue.modified
    lines = "".join(
        f"<url><loc>{escape(issue.addresses.file(path))}</loc><lastmod>{day}</lastmod></url>\n" for path in paths
    )
    return f"{_HEAD}<urlset{_SPACE}>\n{lines}</urlset>\n".encode()
