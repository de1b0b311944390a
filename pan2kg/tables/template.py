"""Filling in templates: the one door to Jinja2. Every value is escaped unless it is markup already.

The templates of a room stand in its folder ``templates``; their names are one list, so no two are
called the same. What Jinja makes of one is kept in ``__pycache__`` of the room, as Python keeps its
modules: making it takes longer than filling it in.
"""

import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from functools import cache, lru_cache, partial
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
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, compiler, nodes, runtime

    class OwnEnvironment(Environment):
        get_template = cache(Environment.get_template)

        def make_globals(self, _: object) -> MutableMapping[str, object]:
            return self.globals

        def getattr(self, holder: object, name: str) -> object:
            # in a mapping it is looked for by its key first: most of what is filled in is one
            return (
                holder[name]
                if type(holder) is dict and name in holder
                else super().getattr(holder, name)
            )

        def put(self, value: object) -> str:
            return _escaped(value) if type(value) is str else str(escaped(value))

        def quick(
            self, fill: Callable[..., str], number: int, macro: runtime.Macro
        ) -> Callable[..., str]:
            # with all it takes, as it is called mostly, nothing has to be put in its place
            def call(*values: object, **named: object) -> str:
                return (
                    macro(*values, **named)
                    if named or len(values) != number
                    else markup(fill(*values))
                )

            return call

    class Generator(compiler.CodeGenerator):
        def _output_child_pre(self, *_: object) -> None:
            # a value is put out as text: a page of it is marked as markup once, not every piece
            self.write("(text if type(text := ")

        def _output_child_post(self, *_: object) -> None:
            self.write(") is Markup else environment.put(text))")

        def macro_def(self, macro_ref: compiler.MacroRef, frame: compiler.Frame) -> None:
            has_more = (
                macro_ref.accesses_caller or macro_ref.accesses_kwargs or macro_ref.accesses_varargs
            )
            self.write(
                "(" if has_more else f"environment.quick(macro, {len(macro_ref.node.args)}, "
            )
            super().macro_def(macro_ref, frame)
            self.write(")")

        def visit_Call(  # noqa: N802
            self, node: nodes.Call, frame: compiler.Frame, *_: bool, **forwarded: bool
        ) -> None:
            # called as it stands: nothing here asks where it is called
            self.visit(node.node, frame)
            self.write("(")
            for value in (*node.args, *node.kwargs):
                self.visit(value, frame)
                self.write(", ")
            for sign, values in (("*", node.dyn_args), ("**", node.dyn_kwargs)):
                if values:
                    self.write(sign)
                    self.visit(values, frame)
                    self.write(", ")
            self.write("caller=caller)" if forwarded else ")")

    environment = OwnEnvironment(
        loader=FileSystemLoader(sorted(Path(__file__).parents[1].glob("*/templates"))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_kept(),
    )
    environment.code_generator_class = Generator
    return environment


def _kept() -> "jinja2.BytecodeCache":
    # Templates as Jinja compiled them; where their folder may not be written to, they are compiled
    # each time.
    import jinja2

    # how they are read is said in this file
    made_by = (
        f"{sys.implementation.cache_tag} {jinja2.__version__}".encode()
        + Path(__file__).read_bytes()
    )

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


# this is the one place where markup is declared as such
markup: Final[Callable[[str], Markup]] = partial(str.__new__, Markup)


def filled(pattern: str, *values: object) -> Markup:
    # A pattern of markup with values between its braces, escaped unless they are markup.
    return markup(pattern).format(*values)


def escape(text: object) -> str:
    return _escaped(text if type(text) is str else str(text))


_escaped: Final = lru_cache(maxsize=1 << 14)(lambda text: str(escaped(text)))
