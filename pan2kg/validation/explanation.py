"""The queries behind a rule, as they can be put to any SPARQL engine that holds the project's graph."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

import pyoxigraph as ox

from pan2kg.errors import ProjectError
from pan2kg.i18n import one_of
from pan2kg.project import Project, read_text
from pan2kg.turtle import writer
from pan2kg.validation import questions, quotations, rights, style, wording
from pan2kg.validation.compilation import Compiled, compile_shapes, refused
from pan2kg.validation.report import Names
from pan2kg.validation.shapes import Rules, read_rules, read_shapes

_NEAREST = 3
"""How many rules are named where one of another name is asked for."""
_LIKENESS = 0.4
"""How like these names are at least, from 0 to 1."""


def explain(project: Project, rule: str) -> str:
    """The queries behind a rule, by the key of the rule or its IRI, each with the rule and the constraint above it.

    Raises:
        ProjectError: the rule's shape is refused, the rule asks by no query, or there is none.

    >>> print(explain(Project.packaged(), "pan:PlanShape-topic-missing"))
    # pan:PlanShape-topic-missing sh:MinCountConstraintComponent
    PREFIX pan: <https://w3id.org/pan2kg/ontology#>
    ...
    """
    for path in sorted((project.queries / "quality").glob("*-violation.rq")):
        if path.stem == rule:
            return read_text(path)
    names = Names(writer.read_prefixes(project))
    shapes = read_shapes(project.shape_files())
    rules = read_rules(shapes, names)
    compiled = compile_shapes(shapes)
    prefix, _, local = rule.partition(":")
    called = {rule, names.prefixes.get(prefix, f"{prefix}:") + local}
    refusals = [refusal for refusal in compiled.refusals if refusal.shape.value in called]
    if refusals:
        raise refused(project, shapes, refusals)
    shown = []
    keys = set()
    for query in compiled.queries:
        key = rules.rule(query.shape, query.constraint).key
        keys.add(key)
        nodes = (shapes.named(query.shape), query.shape, query.constraint)
        if not called.isdisjoint(node.value for node in nodes if node is not None):
            shown.append(f"# {key} sh:{query.component}\n{_shortened(query, names)}")
    if shown:
        return "\n".join(shown)
    raise _not_shown(rule, keys, called, rules)


def _shortened(query: Compiled, names: Names) -> str:
    """The text of a query with prefixes in place of addresses; one that a shape brings itself is as it is."""
    if query.constraint is not None:
        return query.text
    short = ""
    end = 0
    for token in writer.tokens(query.text):
        if token.kind == "iri":
            short += query.text[end : token.start] + names.short(token.text)
            end = token.start + len(token.text)
    short += query.text[end:]
    used = sorted(writer.prefixes_used(short))
    heads = "".join(f"PREFIX {name}: <{names.prefixes[name]}>\n" for name in used)
    return f"{heads}\n{short}"


def _not_shown(
    rule: str, keys: Iterable[str], called: Collection[str], rules: Rules
) -> ProjectError:
    """Why there is no query of a rule to show: it is read off files, it hands on to others, or it is none."""
    of_files = style.STYLE_RULES | questions.QUESTION_RULES | wording.TEXT_RULES
    if rule in of_files | quotations.QUOTATION_RULES | rights.RIGHTS_RULES:
        return ProjectError("rule-without-query", name=rule)
    if any(node.value in called for node in rules.rules if isinstance(node, ox.NamedNode)):
        return ProjectError("rule-within-others", name=rule)
    near = get_close_matches(rule, sorted(keys), n=_NEAREST, cutoff=_LIKENESS)
    remedy = "did-you-mean" if near else "rules-are-named"
    return ProjectError("no-rule", remedy=remedy, name=rule, names=one_of(near))
