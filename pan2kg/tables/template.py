"""Filling in templates: the one door to Jinja2. Every value is escaped unless it is markup already.

The templates of a room stand in its folder ``templates``; their names are one list, so no two are called the same.
What Jinja makes of one is kept in ``__pycache__`` of the room, as Python keeps its modules: making it takes longer than
filling it in.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape as escaped

from pan2kg.errors import ProjectError
from pan2kg.project import write_atomically

if TYPE_CHECKING:
    import jinja2.bccache


@cache
def _environment() -> "jinja2.Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.compiler import CodeGenerator
    from jinja2.runtime import Context, Macro

    class OwnContext(Context):
        def call(self, called: Callable[..., object], *values: object, **named: object) -> object:
            if isinstance(called, Macro):
                return super().call(called, *values, **named)
            named.pop("_loop_vars", None)  # what Jinja adds for functions that want to know where they are called
            named.pop("_block_vars", None)
            return called(*values, **named)

    class Generator(CodeGenerator):
        def _output_child_pre(self, *_: object) -> None:
            # a value is put out as text: a page of it is marked as markup once, not every piece
            self.write("environment.put(")

    environment = Environment(
        loader=FileSystemLoader(sorted(Path(__file__).parents[1].glob("*/templates"))), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False, bytecode_cache=_kept(),
    )  # fmt: skip
    environment.context_class, environment.code_generator_class = OwnContext, Generator
    environment.extend(put=_put)
    return environment


def _kept() -> "jinja2.BytecodeCache":
    # Templates as Jinja compiled them; where their folder may not be written to, they are compiled each time.
    import jinja2

    # how they are read is said in this file
    made_by = f"{sys.implementation.cache_tag} {jinja2.__version__}".encode() + Path(__file__).read_bytes()

    class Kept(jinja2.BytecodeCache):
        def get_cache_key(self, name: str, filename: str | None = None) -> str:
            source = Path(filename or name)
            digest = sha256(made_by + str(source).encode()).hexdigest()
            return f"{source.parents[1]}/__pycache__/{source.name}.{digest[:16]}"

        def load_bytecode(self, bucket: "jinja2.bccache.Bucket") -> None:
            with suppress(OSError):
                stated = Path(bucket.key).read_bytes()
                if sha256(stated[_DIGEST:]).digest() == stated[:_DIGEST]:
                    bucket.bytecode_from_string(stated[_DIGEST:])

        def dump_bytecode(self, bucket: "jinja2.bccache.Bucket") -> None:
            outcome = bucket.bytecode_to_string()
            with suppress(ProjectError):
                write_atomically(Path(bucket.key), sha256(outcome).digest() + outcome)

    return Kept()


_DIGEST: Final = sha256().digest_size


def render(name: str, values: Mapping[str, object]) -> str:
    """The template of that name, filled in; a value that is missing is an error, not a blank.

    >>> render("_notice.html", {"words": "<script>"}).strip()
    '<p class="notice">&lt;script&gt;</p>'
    """
    return _environment().get_template(name).render(values)


@cache
def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, to be called by code for pieces of which a page has thousands.

    >>> macro("_pieces.html", "lead")("a.html", "a < b"), macro("_pieces.html", "lead")("", markup("<b>a</b>"))
    (Markup('<a href="a.html">a &lt; b</a>'), Markup('<b>a</b>'))
    """
    matches: Callable[..., Markup] = getattr(_environment().get_template(template).module, name)
    return matches


def markup(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - this is the one place where markup is declared as such


def filled(pattern: str, *values: object) -> Markup:
    # A pattern of markup with values between its braces, escaped unless they are markup.
    return markup(pattern).format(*values)


def escape(text: object) -> str:
    return _escaped(text if type(text) is str else str(text))


def _put(value: object) -> str:
    if type(value) is Markup:
        return value
    return _escaped(value) if type(value) is str else str(escaped(value))


@lru_cache(maxsize=1 << 14)
def _escaped(text: str) -> str:
    return str(escaped(text))
