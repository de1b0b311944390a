"""Shapes compiled to SPARQL: one SELECT for each constraint of each shape that reports.

A query gives the focus nodes that break a constraint, with value and path where the constraint names them; no row is
the pass. Focus nodes are those of the targets of a shape (SHACL, section 2.1.3) and what shapes hand on by
``sh:property`` (section 4.7.2). Queries are plain SPARQL 1.1 over one graph: they also run on a remote endpoint, and
``pan2kg check --explain`` shows them. What cannot be compiled is refused by name, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError, QueryError
from pan2kg.i18n.message import Message, either, joined, told
from pan2kg.project import Project, read_text
from pan2kg.store.store import LocalStore
from pan2kg.turtle.vocabulary import RDF, RDFS
from pan2kg.turtle.writer import Token, prefixes_used, read_prefixes, subjects, tokens
from pan2kg.validation.lines import question_rules, style_rules, text_rules
from pan2kg.validation.quotations import quotation_rules, rights_rules
from pan2kg.validation.report import Names
from pan2kg.validation.shapes import (
    COMPONENTS,
    Breach,
    Conditions,
    Node,
    Refused,
    Rules,
    Shapes,
    Term,
    constant,
    failing,
    is_true,
    read_rules,
    read_shapes,
)

_THIS: Final = "?this"
_VALUE: Final = "?value"
SHAPES: Final = Place("ontology/shapes")
_IMPORTS: Final = "http://www.w3.org/2002/07/owl#imports"
_REFUSED_WORDS: Final = frozenset(("FROM", "GRAPH", "MINUS", "SERVICE", "VALUES"))
"""What a query of a shape may not hold: SHACL (section 5.2.1 and appendix A) forbids MINUS, SERVICE and VALUES, and
there is one graph."""
_REFUSED_VARIABLES: Final = frozenset(("failure", "shapesGraph", "currentShape"))


@dataclass(frozen=True, slots=True)
class Compiled:
    """The query of a constraint: its shape and component, its text, and what a row means.

    ``focus`` selects the nodes the shape looks at. A row has ``?this``, and by the names in ``value`` and ``path`` the
    value and the path, where these are variables; ``fixed`` is the path of the shape otherwise, as a finding has it.
    ``constraint`` is the node of a constraint by a query.
    """

    shape: Node
    component: str
    text: str
    focus: str
    value: str = ""
    path: str = ""
    fixed: str = ""
    constraint: Term | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    shape: Term
    why: Message


@dataclass(frozen=True, slots=True)
class Compilation:
    queries: tuple[Compiled, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@lru_cache(maxsize=2)
def compile_shapes(shapes: Shapes) -> Compilation:
    """Compile every shape that reports; the same shapes once.

    >>> compile_shapes(Shapes({}, {}, {}))
    Compilation(queries=(), refusals=())
    """
    queries: list[Compiled] = []
    components = [node for node in shapes.said if shapes.values(node, "parameter")]
    refusals = [Refusal(component, told("refused-component")) for component in components]
    entailed = [node for node in shapes.said if shapes.values(node, "entailment")]  # SHACL, section 3.2
    refusals += [Refusal(node, told("refused-parameter", name="sh:entailment")) for node in entailed]
    for shape in reporting(shapes):
        try:
            queries += _compile(shapes, shape)
        except Refused as refused:
            refusals.append(Refusal(shape, refused.why))
    return Compilation(tuple(queries), tuple(refusals))


def compile_near(shapes: Shapes, number: Callable[[str], int]) -> Iterator[Compiled]:
    """The queries of those shapes that look at something, told by the ``number`` of nodes a pattern of theirs matches.

    Of a shape that is refused, which the check of a whole project says, there are those that come before the reason.

    >>> list(compile_near(Shapes({}, {}, {}), len))
    []
    """
    for shape in reporting(shapes):
        with suppress(Refused):
            if number(focus_nodes(shapes, shape)):
                yield from _compile(shapes, shape)


def reporting(shapes: Shapes) -> list[Node]:
    shapes_reached: dict[Term, None] = {}
    todo: list[Term] = [node for node in shapes.said if shapes.has_target(node) or shapes.values(node, "target")]
    while todo:
        shape = todo.pop()
        if shape not in shapes_reached:
            shapes_reached[shape] = None
            todo += shapes.values(shape, "property")
    return sorted((shape for shape in shapes_reached if not isinstance(shape, ox.Literal)), key=str)


def _compile(shapes: Shapes, shape: Node) -> Iterator[Compiled]:
    conditions = Conditions(shapes, COMPONENTS, (shape,))
    path = shapes.value(shape, "path")
    if path is None and shapes.users(shape, "property"):
        raise Refused(told("refused-path"), shape)
    breaches = list(conditions.breaches(shape, _THIS, _VALUE, reporting=True))
    focus = focus_nodes(shapes, shape)
    if not focus or conditions.is_off(shape):
        return
    fixed = "" if path is None else shapes.path(path)
    for breach in breaches:
        compiled = Compiled(shape, breach.component, _query(focus, breach), focus, breach.value, breach.path, fixed)
        yield compiled
    for constraint in shapes.values(shape, "sparql"):
        if not conditions.is_off(constraint):
            value = _THIS if path is None else ""
            text = _own_query(shapes, constraint, shape, focus)
            yield Compiled(shape, "SPARQLConstraintComponent", text, focus, value, "", fixed, constraint)


def _query(focus: str, breach: Breach) -> str:
    columns = " ".join(dict.fromkeys(name for name in (_THIS, breach.value, breach.path) if name))
    lines = [*focus.splitlines()]
    if breach.counted:
        lines.append(f"OPTIONAL {{ {breach.match} }}")
    elif breach.match:
        lines.append(breach.match)
    if breach.unless:
        lines.append(failing(breach.unless).strip())
    end = f"\nGROUP BY {_THIS}\nHAVING({breach.counted})" if breach.counted else ""
    body = "\n".join(f"    {line}" for line in lines)
    return f"SELECT DISTINCT {columns}\nWHERE {{\n{body}\n}}{end}\n"


def focus_nodes(shapes: Shapes, shape: Node, *, by: Sequence[str] = ("property",)) -> str:
    """A pattern that matches each node a shape looks at once, as ``?this``; empty where it looks at none.

    ``by`` names the properties by which another shape hands its value nodes on to this one.
    """
    patterns = list(dict.fromkeys(_reached(_Way(shapes, by), shape, _THIS)))
    if len(patterns) == 1 and patterns[0].once:
        return patterns[0].pattern
    inner = "\n    UNION\n    ".join(f"{{ {focus.pattern} }}" for focus in patterns)
    return f"{{ SELECT DISTINCT {_THIS} WHERE {{\n    {inner}\n}} }}" if patterns else ""


@dataclass(frozen=True, slots=True)
class _Focus:
    pattern: str
    once: bool = False


@dataclass(frozen=True, slots=True)
class _Way:
    shapes: Shapes
    by: Sequence[str]
    within: tuple[Node, ...] = ()


def _reached(course: _Way, shape: Node, node: str) -> Iterator[_Focus]:
    if shape in course.within:
        raise Refused(told("refused-recursion", name=str(shape)), shape)
    yield from _targets(course.shapes, shape, node)
    inner, parent = replace(course, within=(*course.within, shape)), f"?parent{len(course.within) + 1}"
    for user in course.shapes.users(shape, *course.by):
        if is_true(course.shapes.values(user, "deactivated")):
            continue
        path = course.shapes.value(user, "path")
        if path is None:
            yield from _reached(inner, user, node)
        else:
            step = course.shapes.reach(path, parent, node, f"?step{len(inner.within)}")
            yield from (_Focus(f"{above.pattern} {step}") for above in _reached(inner, user, parent))


def _targets(shapes: Shapes, shape: Node, node: str) -> Iterator[_Focus]:
    classes = [constant(term, shape, "sh:targetClass") for term in shapes.values(shape, "targetClass")]
    classes += [str(shape)] if shapes.is_class(shape) else []
    below = f"<{RDF}type>/<{RDFS}subClassOf>*"
    if len(classes) == 1:
        yield _Focus(f"{node} {below} {classes[0]} .", once=True)
    elif classes:
        yield _Focus(f"VALUES ?class {{ {' '.join(classes)} }} {node} {below} ?class .")
    if nodes := [constant(term, shape, "sh:targetNode") for term in shapes.values(shape, "targetNode")]:
        yield _Focus(f"VALUES {node} {{ {' '.join(nodes)} }}", once=True)
    for term in shapes.values(shape, "targetSubjectsOf"):
        yield _Focus(f"{node} {constant(term, shape, 'sh:targetSubjectsOf')} ?object .")
    for term in shapes.values(shape, "targetObjectsOf"):
        yield _Focus(f"?subject {constant(term, shape, 'sh:targetObjectsOf')} {node} .")


def _own_query(shapes: Shapes, constraint: Term, shape: Node, focus: str) -> str:
    selects = shapes.values(constraint, "select")
    if len(selects) != 1 or not isinstance(selects[0], ox.Literal):
        raise Refused(told("refused-select"), shape)
    path = shapes.value(shape, "path")
    text = selects[0].value.strip() + "\n"
    if path is not None:
        text = re.sub(r"\$PATH\b", lambda _: shapes.path(path, bare=False), text)
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in _prefixes(shapes, constraint))
    read(prefixes + text)
    bound = prefixes + ("\n" if prefixes else "") + _bound(text, focus, shape)
    try:
        read(bound)
    except QueryError:  # it gives $this a value of its own, which SHACL forbids
        raise Refused(told("refused-word", word="$this"), shape) from None
    return bound


def read(text: str) -> None:
    try:
        LocalStore(ox.Store()).query(text)
    except QueryError as error:
        raise QueryError(error.message, place=SHAPES, remedy="mend-shape") from None


def _prefixes(shapes: Shapes, constraint: Term) -> Iterator[tuple[str, str]]:
    todo, visited = list(shapes.values(constraint, "prefixes")), set[Term]()
    while todo:
        ontology = todo.pop()
        if ontology not in visited:
            visited.add(ontology)
            todo += shapes.values(ontology, _IMPORTS)
            for declared in shapes.values(ontology, "declare"):
                prefix, namespace = shapes.value(declared, "prefix"), shapes.value(declared, "namespace")
                if prefix is not None and namespace is not None:
                    yield prefix.value, namespace.value


def _bound(text: str, focus: str, shape: Node) -> str:
    """A query whose every group that speaks of ``$this`` begins with the pattern of the focus nodes.

    SHACL binds ``$this`` before the query is asked, once for each focus node (appendix A). Joining the set of focus
    nodes into each group asks for all of them at once and means the same, since a group sees the values that stand in
    it; within EXISTS the values of the group around it are seen anyway.
    """
    groups: list[_Group] = []
    before, above = "", [_Group(-1, is_free=True)]
    for token, after in pairwise([*_words(text, shape), Token("end", "", len(text))]):
        if token.text == "{":
            is_select = after.text.upper() == "SELECT"
            outer = above[-1]
            group = _Group(token.start, is_free=outer.is_free and before != "EXISTS", is_select=is_select)
            group.speaks = not groups or (outer.is_select and outer.speaks)
            groups.append(group)
            above.append(group)
        elif token.text == "}" and len(above) > 1:
            closed = above.pop()
            if closed.is_select and not closed.speaks:
                raise Refused(told("refused-subquery"), shape)
        elif token.kind == "variable" and token.text[1:] == "this":
            above[-1].speaks = True
        before = token.text.upper()
    places = [group.start for group in groups if group.speaks and group.is_free and not group.is_select]
    indented = "".join(f"\n    {line}" for line in focus.splitlines())
    for start in reversed(places):
        text = f"{text[: start + 1]}{indented}{text[start + 1 :]}"
    return text


@dataclass(slots=True)
class _Group:
    start: int
    is_free: bool
    is_select: bool = False
    speaks: bool = False


def _words(text: str, shape: Node) -> Iterator[Token]:
    for token in tokens(text):
        word = token.text.upper() if token.kind == "word" else ""
        if word in _REFUSED_WORDS or (token.kind == "variable" and token.text[1:] in _REFUSED_VARIABLES):
            raise Refused(told("refused-word", word=token.text), shape)
        if token.kind != "comment":
            yield token


def explain(project: Project, rule: str) -> str:
    """The queries behind a rule, as they can be put to any SPARQL engine that holds the project's graph.

    A shape, by its IRI or prefixed name, has one for each of its constraints; a quality query is its own.

    >>> print(explain(Project.packaged(), "pan:PlanShape-topic-missing"))
    # pan:PlanShape-topic-missing sh:MinCountConstraintComponent
    PREFIX pan: <https://w3id.org/pan2kg/ontology#>
    ...
    """
    names = Names(read_prefixes(project))
    for path in sorted((project.queries / "quality").glob("*-violation.rq")):
        if path.stem == rule:
            return read_text(path)
    shapes = read_shapes(project.shape_files())
    rules, compiled = read_rules(shapes, names), compile_shapes(shapes)
    if without := [entry for entry in compiled.refusals if rule in (entry.shape.value, names.short(entry.shape.value))]:
        raise refused(project, shapes, without)
    queries = [entry for entry in compiled.queries if rule in _called(rules, entry, names)]
    if not queries:
        apart = (style_rules, question_rules, text_rules, quotation_rules, rights_rules)
        if any(rule in rules_of() for rules_of in apart):
            raise ProjectError("rule-without-query", name=rule)
        if any(
            isinstance(entry, ox.NamedNode) and rule in (entry.value, names.short(entry.value)) for entry in rules.rules
        ):
            raise ProjectError("rule-within-others", name=rule)
        keys = {rules.rule(entry.shape, entry.constraint).key for entry in compiled.queries}
        near = get_close_matches(rule, sorted(keys), n=3, cutoff=0.4)
        raise ProjectError(
            "no-such-rule", remedy="did-you-mean" if near else "rules-are-named", name=rule, names=either(near)
        )
    return "\n".join(_shown(entry, rules, names) for entry in queries)


def _called(rules: Rules, query: Compiled, names: Names) -> set[str]:
    nodes = [rules.shapes.named(query.shape).value, query.shape.value]
    nodes += [query.constraint.value] if query.constraint is not None else []
    return {*nodes, *map(names.short, nodes)}


def _shown(query: Compiled, rules: Rules, names: Names) -> str:
    head = f"# {rules.rule(query.shape, query.constraint).key} sh:{query.component}\n"
    if query.constraint is not None:
        return head + query.text
    short, done = "", 0
    for token in tokens(query.text):
        if token.kind == "iri":
            short += query.text[done : token.start] + names.short(token.text)
            done = token.start + len(token.text)
    short += query.text[done:]
    used = sorted(prefixes_used(short))
    return head + "".join(f"PREFIX {name}: <{names.prefixes[name]}>\n" for name in used) + f"\n{short}"


def refused(project: Project, shapes: Shapes, refusals: Iterable[Refusal]) -> ProjectError:
    names = Names(read_prefixes(project))
    faults = (_refusal(project, shapes, refusal, names) for refusal in refusals)
    return ProjectError(
        joined([fault.told for fault in {str(fault): fault for fault in faults}.values()]), remedy="mend-or-reference"
    )


def _refusal(project: Project, shapes: Shapes, refusal: Refusal, names: Names) -> Pan2kgError:
    named_shape = refusal.shape if isinstance(refusal.shape, ox.Literal) else shapes.named(refusal.shape)
    file = None if isinstance(named_shape, ox.Literal) else shapes.files.get(named_shape)
    lines = dict(subjects(read_text(file))) if file else {}
    place = Place(project.name_of(file), lines.get(named_shape.value)) if file else SHAPES
    path = shapes.value(refusal.shape, "path") if named_shape != refusal.shape else None
    shape = " ".join(
        names.short(name) for name in (str(named_shape), shapes.path(path) if path is not None else "") if name
    )
    return Pan2kgError("shape-refused", place=place, shape=shape, why=refusal.why)
