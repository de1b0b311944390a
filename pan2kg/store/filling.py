"""A stored question with the values somebody gave: each in place of a default, or refused.

A value replaces the default in its N3 form, so that nothing a user types can become part of the
query's syntax. What commands, pages and the service ask of a :class:`~pan2kg.store.queries.Query`
goes through :func:`fill`; the words that mean a thing are made out by a :data:`Resolve`.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from difflib import get_close_matches

from pan2kg.errors import QueryError
from pan2kg.i18n import did_you_mean, error_message, one_of, there_are
from pan2kg.store.program import program_query
from pan2kg.store.queries import KINDS, LEVELS, Parameter, Query, no_such_level
from pan2kg.store.store import Store, select
from pan2kg.turtle import ID, PAN, key, string, tokens

Resolve = Callable[[str, Sequence[str]], str]
"""Gives the IRI of the thing that words mean, of some kinds of things where several are called so."""
_ARTICLES = {
    "plan": "a-plan",
    "action": "an-action",
    "instrument": "an-instrument",
    "body": "a-body",
    "category": "a-category",
    "obligation": "an-obligation",
    "document": "a-document",
}
"""The messages that name a kind of thing with its article."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def fill(query: Query, values: Mapping[str, str], *, store: Store, resolve: Resolve) -> str:
    """The text of a question with values in place of defaults; ``resolve`` gives the thing that words mean.

    Raises:
        QueryError: an unknown parameter, a value that does not fit it, or a thing of another kind.
        EndpointError: the store is known to answer this question wrongly.
    """
    store.refuse(query.name)
    parameters = {parameter.name: parameter for parameter in query.parameters}
    terms = {}
    for name, value in values.items():
        if name not in parameters:
            raise _no_parameter(query, name)
        terms[name] = _n3(parameters[name], value, store, resolve)
    return query.with_values(terms)


def insist(query: Query, values: Mapping[str, str]) -> None:
    """Refuse values where one lacks that must be given: examples of the profile go together, or not at all.

    Beside a thing that is given, the example of another would be invented.

    Raises:
        QueryError: with the parameter that lacks.
    """
    examples = [parameter.name for parameter in query.parameters if parameter.is_example]
    has_example = not values.keys().isdisjoint(examples)
    for parameter in query.parameters:
        is_wanted = parameter.is_needed or (has_example and parameter.is_example)
        if is_wanted and parameter.name not in values:
            raise QueryError(
                "parameter-needed",
                remedy="name-with-option",
                option=parameter.option,
                meaning=parameter.meaning,
            )


def _no_parameter(query: Query, name: str) -> QueryError:
    names = [parameter.name for parameter in query.parameters]
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        remedy = did_you_mean(near)
    elif names:
        remedy = there_are(names)
    else:
        remedy = error_message("there-are-none")
    return QueryError("no-parameter", remedy=remedy, name=query.name, parameter=name)


def _n3(parameter: Parameter, value: str, store: Store, resolve: Resolve) -> str:
    """A value as the query has it: a term of the sort the default is."""
    if "level" in parameter.kinds and value not in LEVELS:
        raise no_such_level(value)
    default = next(tokens(parameter.default))
    if default.kind in ("iri", "name"):
        kinds = [kind for kind in parameter.kinds if kind in KINDS]
        iri = resolve(value, kinds)
        refuse_other_kind(iri, kinds, option=parameter.option, store=store)
        return f"<{iri}>"
    if default.kind == "string" and ("day" not in parameter.kinds or _is_day(value)):
        language_or_datatype = parameter.default[len(default.text) :]
        return string(value) + language_or_datatype
    is_number = default.kind == "number" and _NUMBER.fullmatch(value)
    is_boolean = default.kind == "word" and value in ("true", "false")
    if is_number or is_boolean:
        return value
    raise QueryError(
        "parameter-takes",
        remedy="it-means",
        name=parameter.name,
        default=parameter.default,
        value=value,
        meaning=parameter.meaning,
    )


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def refuse_other_kind(iri: str, kinds: Collection[str], *, option: str, store: Store) -> None:
    """Refuse a thing that is of none of some :data:`~pan2kg.store.queries.KINDS`, with what to name instead.

    Raises:
        QueryError: it is of another kind, was replaced, or nothing is known of it.
    """
    if not kinds or iri == f"{PAN}any":
        return
    table = select(store, program_query("things/classes-and-plan", thing=iri))
    classes = {name.removeprefix(PAN) for name in table.values("class")}
    if any(classes & KINDS[kind] for kind in kinds):
        return
    successors = [successor for successor in table.values("next") if successor]
    if successors:
        raise replaced(iri, successors)
    wanted = one_of([error_message(_ARTICLES[kind]) for kind in sorted(kinds)])
    if not classes:
        raise QueryError("graph-knows-nothing", remedy="name-by-key", iri=iri, wanted=wanted)
    actual = _kind_of(classes)
    plans = [plan for plan in table.values("plan") if plan]
    remedy = error_message("name-by-key", wanted=wanted)
    if actual == "action" and "plan" in kinds and plans:
        remedy = error_message("its-plan", plan=key(plans[0]))
    elif actual == "plan" and "action" in kinds:
        remedy = error_message("its-actions", plan=key(iri))
    raise QueryError(
        "is-other-kind",
        remedy=remedy,
        iri=iri.removeprefix(ID),
        found=error_message(_ARTICLES[actual])
        if actual
        else error_message("is-of-kind", kind=min(classes)),
        option=option,
        wanted=wanted,
    )


def _kind_of(classes: Collection[str]) -> str:
    """The first kind that has one of these classes; empty where none has."""
    for kind, of_kind in KINDS.items():
        if not of_kind.isdisjoint(classes):
            return kind
    return ""


def replaced(iri: str, successors: Sequence[str]) -> QueryError:
    """The fault that an identifier was retired, with what has taken its place."""
    names = one_of([f"« {successor.removeprefix(ID)} »" for successor in sorted(set(successors))])
    return QueryError(
        "was-replaced", remedy="name-what-replaced", iri=iri.removeprefix(ID), names=names
    )
