"""The queries behind a rule, as a person can read and ask them; the shapes that have none, with their reasons."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import pyoxigraph as ox

from pan2kg.errors import Pan2kgError, Place, ProjectError
from pan2kg.i18n.message import either, joined
from pan2kg.project import Project, read_text
from pan2kg.turtle.writer import prefixes_used, read_prefixes, subjects, tokens
from pan2kg.validation.compilation import SHAPES, Compiled, Refusal, compile_shapes
from pan2kg.validation.questions import question_rules
from pan2kg.validation.quotations import quotation_rules
from pan2kg.validation.report import Names
from pan2kg.validation.rights import rights_rules
from pan2kg.validation.shapes import Rules, Shapes, read_rules, read_shapes
from pan2kg.validation.style import style_rules
from pan2kg.validation.wording import text_rules


def explain(project: Project, rule: str) -> str:
    """The queries behind a rule, as they can be put to any SPARQL engine that holds the project's graph.

    A shape, by its IRI or prefixed name, has one for each of its constraints; a quality query is its own.

    Raises:
        ProjectError: there is no such rule, it has no query, or its shape is not compiled.
        QueryError: the query of a shape is no SPARQL, or a quality query cannot be asked.

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
    if without := [one for one in compiled.refusals if rule in (one.shape.value, names.short(one.shape.value))]:
        raise refused(project, shapes, without)
    found = [one for one in compiled.queries if rule in _called(rules, one, names)]
    if not found:
        apart = (style_rules, question_rules, text_rules, quotation_rules, rights_rules)
        if any(rule in rules_of() for rules_of in apart):
            raise ProjectError("rule-without-query", name=rule)
        if any(isinstance(one, ox.NamedNode) and rule in (one.value, names.short(one.value)) for one in rules.rules):
            raise ProjectError("rule-within-others", name=rule)
        known = {rules.rule(one.shape, one.constraint).key for one in compiled.queries}
        near = get_close_matches(rule, sorted(known), n=3, cutoff=0.4)
        raise ProjectError(
            "no-such-rule", remedy="did-you-mean" if near else "rules-are-named", name=rule, names=either(near)
        )
    return "\n".join(_shown(one, rules, names) for one in found)


def _called(rules: Rules, query: Compiled, names: Names) -> set[str]:
    """The names of a query: its rule, its shape and the shape that one is part of, in full and in short."""
    nodes = [rules.shapes.named(query.shape).value, query.shape.value]
    nodes += [query.constraint.value] if query.constraint is not None else []
    return {*nodes, *map(names.short, nodes)}


def _shown(query: Compiled, rules: Rules, names: Names) -> str:
    """A query under its rule and component, with the prefixes of the house."""
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
    """The error that names every shape that is not compiled, with file, line and reason, and says what to do."""
    names = Names(read_prefixes(project))
    told = (_refusal(project, shapes, refusal, names) for refusal in refusals)
    return ProjectError(
        joined([one.told for one in {str(one): one for one in told}.values()]), remedy="mend-or-reference"
    )


def _refusal(project: Project, shapes: Shapes, refusal: Refusal, names: Names) -> Pan2kgError:
    """The sentence about a shape; one without a name is called by its path and stands where its owner does."""
    named = refusal.shape if isinstance(refusal.shape, ox.Literal) else shapes.named(refusal.shape)
    file = None if isinstance(named, ox.Literal) else shapes.files.get(named)
    lines = dict(subjects(read_text(file))) if file else {}
    place = Place(project.name_of(file), lines.get(named.value)) if file else SHAPES
    path = shapes.value(refusal.shape, "path") if named != refusal.shape else None
    shape = " ".join(names.short(one) for one in (str(named), shapes.path(path) if path is not None else "") if one)
    return Pan2kgError("shape-refused", place=place, shape=shape, why=refusal.why)
