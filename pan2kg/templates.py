"""Filling in templates, the one door to Jinja2, and what is escaped in HTML and XML.

Every value of a template is escaped unless it is markup already.

The templates of a room stand in its folder ``templates``; their names are one list, so no two are
called the same. What Jinja compiles of one is kept in ``__pycache__`` of the room, as Python keeps
its modules: compiling takes longer than filling in.

Jinja is used as it documents itself, and nothing of it is overridden but the class for that cache.
It looks for an attribute before a key: where a mapping has a key called ``items``, ``values`` or
``get``, a template writes ``row["items"]``.
"""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import markupsafe
from markupsafe import Markup

from pan2kg.errors import ProjectError
from pan2kg.project import write_atomically

if TYPE_CHECKING:
    import jinja2
    import jinja2.bccache

_PACKAGE = Path(__file__).parent
_DIGEST_SIZE = sha256().digest_size
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, not even as a reference (production 2); a pattern of the wide ranges it
allows would take ten times as long to compile."""


@cache
def environment() -> "jinja2.Environment":
    """The templates of all rooms, each compiled once a process; a value that is missing is an error.

    >>> environment().from_string("{{ words }}").render(words="a < b")
    'a &lt; b'
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(sorted(_PACKAGE.glob("*/templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=compiled_templates(),
    )


def compiled_templates() -> "jinja2.BytecodeCache":
    """Where compiled templates are kept: in ``__pycache__`` beside the folder of the template.

    A file begins with the digest of what follows, and one that was damaged is compiled again. Where
    nothing can be written, templates are compiled in each process.
    """
    import jinja2

    # what one Python and one Jinja compiled is of no use to another, nor is what was compiled
    # before an option above was changed
    compiler = f"{sys.implementation.cache_tag} {jinja2.__version__}".encode()
    compiler += Path(__file__).read_bytes()

    class CompiledTemplates(jinja2.BytecodeCache):
        def get_cache_key(self, name: str, filename: str | None = None) -> str:
            source = Path(filename or name)
            digest = sha256(compiler + str(source).encode()).hexdigest()
            return f"{source.parents[1]}/__pycache__/{source.name}.{digest[:16]}"

        def load_bytecode(self, bucket: "jinja2.bccache.Bucket") -> None:
            try:
                content = Path(bucket.key).read_bytes()
            except OSError:
                return
            digest = content[:_DIGEST_SIZE]
            bytecode = content[_DIGEST_SIZE:]
            if sha256(bytecode).digest() == digest:
                bucket.bytecode_from_string(bytecode)

        def dump_bytecode(self, bucket: "jinja2.bccache.Bucket") -> None:
            bytecode = bucket.bytecode_to_string()
            with suppress(ProjectError):
                write_atomically(Path(bucket.key), sha256(bytecode).digest() + bytecode)

    return CompiledTemplates()


def render(name: str, values: Mapping[str, object]) -> str:
    """The template of that name, filled in.

    >>> render("_notice.html", {"words": "<script>"}).strip()
    '<p class="notice">&lt;script&gt;</p>'
    """
    return environment().get_template(name).render(values)


@cache
def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, to be called by code for pieces of which a page has thousands.

    >>> lead = macro("_pieces.html", "lead")
    >>> lead("a.html", "a < b"), lead("", markup("<b>a</b>"))
    (Markup('<a href="a.html">a &lt; b</a>'), Markup('<b>a</b>'))
    """
    piece: Callable[..., Markup] = getattr(environment().get_template(template).module, name)
    return piece


def markup(text: str) -> Markup:
    """Text that is markup already and is put out as it stands: the one place where code says so.

    >>> markup("<b>") + "<b>"
    Markup('<b>&lt;b&gt;')
    """
    return Markup(text)  # noqa: S704 - what calls this vouches for the text


def filled(pattern: str, *values: object) -> Markup:
    """A pattern of markup with values between its braces, escaped unless they are markup.

    >>> filled("<i>{}</i>", "a & b")
    Markup('<i>a &amp; b</i>')
    """
    return markup(pattern).format(*values)


def escape(text: object) -> str:
    """A value as text of a page, ``<``, ``>``, ``&`` and quotation marks escaped, markup too.

    >>> escape("a < b"), escape(markup("<b>"))
    ('a &lt; b', '&lt;b&gt;')
    """
    return str(markupsafe.escape(str(text)))


def xml_fit(text: str) -> str:
    """Text that XML can hold: a replacement character for each that it cannot, nothing escaped.

    >>> xml_fit("a\\bz")
    'a�z'
    """
    return text if text.isprintable() else _UNFIT.sub("\ufffd", text)


def xml_text(text: str) -> str:
    """Text between tags of XML; a carriage return is kept, which a parser would drop.

    >>> xml_text("a < b")
    'a &lt; b'
    """
    # one after the other, since a table of all costs ten times as much
    escaped = xml_fit(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\r", "&#13;")


def xml_value(text: str) -> str:
    """The text for an attribute of XML between double quotes, whitespace kept.

    >>> xml_value('<a> "b"')
    '&lt;a&gt; &quot;b&quot;'
    """
    # what a parser would end an attribute at, or read as a space (XML 1.0, 3.3.3)
    return xml_text(text).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
