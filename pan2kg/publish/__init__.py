"""A release: the graph as files any host can serve, described for machines, checked, and compared with the one before.

A release is written by exporters, each of which gives the files of one kind as pairs of a path and
bytes; ``release`` lists them in order and puts them into a folder of their own, which takes the
place of what stood there only when nothing in it is at fault.

===================  ==================================================================
``release``          writes a release, and says which version follows
``edition``          version, days, addresses; what catalogue and VoID say
``folder``           the folder, its dumps, checksums and earlier versions
``documents``        where a thing is told, and what hosts are told of that
``document_page``    what a document tells of its things
``tables``           tables for programs and for people
``changes``          two states: what differs, in words, as a feed, as a patch
``reuse``            which pages of the last release can stand
``inspection``       what is wrong with a release, or with the host that serves it
``vocabulary``       terms, and how triples are written
===================  ==================================================================

``release`` and ``reuse`` import the pages, ``changes`` the figures, so they are not imported here.
"""

from pan2kg.publish.edition import (
    Addresses,
    Distribution,
    Edition,
    Facts,
    File,
    Issue,
    Note,
    Part,
    Statistics,
    read_facts,
)
from pan2kg.publish.folder import (
    Content,
    ReleaseFolder,
    read_checksums,
    read_content,
    read_mark,
    versions_in,
)
from pan2kg.publish.vocabulary import CompactWriter

__all__ = [
    "Addresses",
    "CompactWriter",
    "Content",
    "Distribution",
    "Edition",
    "Facts",
    "File",
    "Issue",
    "Note",
    "Part",
    "ReleaseFolder",
    "Statistics",
    "read_checksums",
    "read_content",
    "read_facts",
    "read_mark",
    "versions_in",
]
