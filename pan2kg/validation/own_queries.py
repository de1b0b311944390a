"""Queries that shapes bring themselves (``sh:sparql``), bound to the focus nodes their shape looks at.

SHACL gives ``$this`` a value before a query is run; here the query itself selects the focus nodes, so
that it is asked once. What cannot be bound so is refused.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox

from pan2kg.errors import QueryError
from pan2kg.store.store import LocalStore
from pan2kg.turtle import writer
from pan2kg.validation.conditions import Refused
from pan2kg.validation.shapes import PLACE, Node, Shapes, Term

_IMPORTS = "http://www.w3.org/2002/07/owl#imports"
_REFUSED_WORDS = frozenset(("FROM", "GRAPH", "MINUS", "SERVICE", "VALUES"))
"""What a query of a shape may not hold: SHACL (section 5.2.1, appendix A) forbids three, and there is one graph."""
_REFUSED_VARIABLES = frozenset(("failure", "shapesGraph", "currentShape"))


def bound_query(shapes: Shapes, constraint: Term, shape: Node, focus: str) -> str:
    """The query of a constraint of a shape, bound to the nodes that the pattern ``focus`` matches.

    Raises:
        QueryError: it is not SPARQL.
        Refused: it has no text, or says what it may not.
    """
    selects = shapes.values(constraint, "select")
    path = shapes.value(shape, "path")
    if len(selects) != 1 or not isinstance(selects[0], ox.Literal):
        raise Refused(shape, "refused-select")
    text = selects[0].value.strip() + "\n"
    if path is not None:
        text = re.sub(r"\$PATH\b", lambda _: shapes.path(path, bare=False), text)
    prefixes = _prefixes(shapes, constraint)
    read(prefixes + text)
    bound = prefixes + ("\n" if prefixes else "") + _bound(text, focus, shape)
    try:
        read(bound)
    except QueryError:  # it gives $this a value of its own, which SHACL forbids
        raise Refused(shape, "refused-word", word="$this") from None
    return bound


def _prefixes(shapes: Shapes, constraint: Term) -> str:
    """The prefixes a query may use: those its ontology declares, and those of what that one imports."""
    prefixes = ""
    waiting = list(shapes.values(constraint, "prefixes"))
    visited = set()
    while waiting:
        ontology = waiting.pop()
        if ontology in visited:
            continue
        visited.add(ontology)
        waiting += shapes.values(ontology, _IMPORTS)
        for declared in shapes.values(ontology, "declare"):
            prefix = shapes.value(declared, "prefix")
            namespace = shapes.value(declared, "namespace")
            if prefix is not None and namespace is not None:
                prefixes += f"PREFIX {prefix.value}: <{namespace.value}>\n"
    return prefixes


def read(text: str) -> None:
    """Let the engine read a query of a shape.

    Raises:
        QueryError: it is not SPARQL.
    """
    try:
        LocalStore(ox.Store()).query(text)
    except QueryError as error:
        raise QueryError(error.message, place=PLACE, remedy="mend-shape") from None


def _bound(text: str, focus: str, shape: Node) -> str:
    """A query whose every group that speaks of ``$this`` begins with the pattern of the focus nodes.

    SHACL binds ``$this`` once for each focus node (appendix A). To join the set of them into each
    group means the same, since a group sees the values that stand in it; within EXISTS those of the
    group around it are seen anyway.
    """
    words = [token for token in writer.tokens(text) if token.kind != "comment"]
    _refuse_words(words, shape)
    indented = "".join(f"\n    {line}" for line in focus.splitlines())
    for group in reversed(_groups(words, shape)):
        if group.speaks and group.is_free and not group.is_select:
            text = f"{text[: group.start + 1]}{indented}{text[group.start + 1 :]}"
    return text


@dataclass(slots=True)
class PatternGroup:
    """What stands between two braces of a query: where it begins, and what it is.

    ``is_free`` says that it stands in no EXISTS, whose groups see what is bound around them;
    ``is_select`` that it is a query of its own; ``speaks`` that it names ``$this``, or has to since
    what is around it does.
    """

    start: int
    is_free: bool
    is_select: bool
    speaks: bool


def _refuse_words(words: Iterable[writer.Token], shape: Node) -> None:
    """Refuse a query with a word or a variable it may not hold."""
    for token in words:
        is_word = token.kind == "word" and token.text.upper() in _REFUSED_WORDS
        is_variable = token.kind == "variable" and token.text[1:] in _REFUSED_VARIABLES
        if is_word or is_variable:
            raise Refused(shape, "refused-word", word=token.text)


def _groups(words: Sequence[writer.Token], shape: Node) -> list[PatternGroup]:
    """The groups of a query in the order of their beginning; a query within it that leaves ``$this`` out is refused."""
    groups: list[PatternGroup] = []
    open_groups = [PatternGroup(start=-1, is_free=True, is_select=False, speaks=False)]
    before = ""
    for token, after in pairwise([*words, writer.Token("end", "", -1)]):
        around = open_groups[-1]
        if token.text == "{":
            group = PatternGroup(
                start=token.start,
                is_free=around.is_free and before != "EXISTS",
                is_select=after.text.upper() == "SELECT",
                speaks=not groups or (around.is_select and around.speaks),
            )
            groups.append(group)
            open_groups.append(group)
        elif token.text == "}" and len(open_groups) > 1:
            closed = open_groups.pop()
            if closed.is_select and not closed.speaks:
                raise Refused(shape, "refused-subquery")
        elif token.kind == "variable" and token.text[1:] == "this":
            around.speaks = True
        before = token.text.upper()
    return groups
