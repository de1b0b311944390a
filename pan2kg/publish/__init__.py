"""A release: the graph as files any host can serve, described for machines, checked, and compared with the one before.

A release is written by exporters, each of which gives the files of one kind as pairs of a path and
bytes; ``release`` lists them in order and puts them into a folder of their own, which takes the
place of what stood there only when nothing in it is at fault.

===================  ==================================================================
``release``          writes a release: all exporters, in their order
``published``        what is known of a release while it is written
``release_parts``    its pages, and what changed since the release before
``front_page``       its front page and its README; ``site_archive`` its pages packed
``versions``         which version follows, and which is refused
``processes``        a process of its own for what takes much memory
``edition``          version, days, addresses, the facts the graph states on itself
``reviewer_roles``   who reviewed, as a role
``catalogue``        what a portal and a search engine are told (DCAT-AP, schema.org)
``void``             the release in numbers; ``service`` the endpoint and its questions
``sitemap``          where pages stand
``folder``           the folder and its checksums; ``version_folders`` those of versions
``dumps``            the dumps; ``quad_lines`` the sorted lines they are made of
``described``        what a dump says of things
``documents``        which documents tell them; ``document_places`` where these stand
``document_page``    what a document tells of its things
``tables``           the tables for programs, with what describes them
``thing_tables``     their rows; ``weights``, ``figures_table`` two that are computed
``csv_tables``       a table as CSV on the Web has it
``products``         the tables for people; ``product_rows`` their rows
``states``           a state of the graph as sorted lines, to be compared
``differences``      what two states state otherwise, once moved files are recognised
``changes``          which things and figures changed, and how
``change_names``     what these are called
``change_files``     a change in words, as Markdown, CSV and JSON; ``feed`` as Atom
``patches``          a change as a file that is applied
``reuse``            which pages of the last release can stand; ``page_digests`` of what they were made
``host_rules``       where addresses lead; ``host_files`` what hosts are told of that
``inspection``       what is wrong with a release; ``verification`` with the host that serves it
``vocabulary``       terms, and how triples are written; ``code_lists`` the lists of others
``compact_writer``   things as compact Turtle and JSON-LD, from ``ntriples``
===================  ==================================================================

``release`` and what it puts together import the pages, ``changes`` the figures: they are not imported here.
"""

from pan2kg.publish.catalogue import Distribution
from pan2kg.publish.compact_writer import CompactWriter
from pan2kg.publish.dumps import Content, read_content
from pan2kg.publish.edition import (
    Addresses,
    Edition,
    Facts,
    File,
    Issue,
    Note,
    Part,
    read_facts,
)
from pan2kg.publish.folder import ReleaseFolder, read_checksums, read_mark
from pan2kg.publish.version_folders import versions_in
from pan2kg.publish.void import Statistics

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
