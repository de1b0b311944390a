"""The form of a question: its parameters as fields, what one can choose for each, and what was chosen.

``questions`` shows the form and asks what it is filled in with. In an address a thing is given by its
key, its prefixed name, its IRI or what it is called; the form has its key.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pan2kg.coherence import evidence
from pan2kg.errors import QueryError
from pan2kg.i18n import Messages
from pan2kg.site.page import PageContext
from pan2kg.site.permalink import parameters_of
from pan2kg.store import Query, fill
from pan2kg.store.queries import Parameter
from pan2kg.turtle import writer

_LEVEL = "level"
"""The kind of what takes a level of evidence."""
_THINGS = ("name", "iri")
"""The kinds of tokens of SPARQL that stand for a thing."""
_FIGURE = Messages("figure")


class ValueOffer(NamedTuple):
    """A value one can choose, what it is called, and the IRI of the thing, empty for a level of evidence."""

    value: str
    name: str
    iri: str


class OffersOfKind(NamedTuple):
    """What one can choose of one kind of things."""

    kind: str
    offers: Sequence[ValueOffer]


class FormField(NamedTuple):
    """A parameter as a field of a form, with what one can choose by kind.

    One that ``is_word`` takes no thing; one that ``is_needed`` has no answer without a value; a
    value that ``is_known`` is among the offers.
    """

    name: str
    meaning: str
    value: str
    offers: Sequence[OffersOfKind]
    is_word: bool
    is_needed: bool
    is_known: bool


def _takes_thing(parameter: Parameter) -> bool:
    """Whether a value is the name of a thing, as the default is; else it is a word or a number."""
    return next(writer.tokens(parameter.default)).kind in _THINGS


def is_required(parameter: Parameter) -> bool:
    """Whether a question has no answer without a thing for this parameter."""
    is_optional = parameter.kinds == ("plan",) or parameter.default == "pan:any"
    return _takes_thing(parameter) and not is_optional


def chosen_values(context: PageContext, query: Query) -> dict[str, str]:
    """The values in the address; what is the name of a thing there becomes its key."""
    arguments = context.arguments
    values = {}
    for parameter in parameters_of(query):
        value = arguments.get(parameter.name) or arguments.get(parameter.option, "")
        if value:
            values[parameter.name] = _key_of_name(context, parameter.kinds, value) or value
    return values


def _key_of_name(context: PageContext, kinds: Iterable[str], name: str) -> str:
    """The key of the thing of one of these kinds that is called so; empty where none is."""
    title = _normalize(name)
    for kind in kinds:
        for entry in context.graph.labels.of_kind(kind):
            if _normalize(context.name(entry.iri)) == title:
                return entry.key
    return ""


def _normalize(name: str) -> str:
    return " ".join(name.split()).casefold()


def _key(context: PageContext, value: str) -> str:
    """The key of a thing that is given by its prefixed name or IRI; the value itself for any other."""
    prefix, _, local = value.strip("<>").partition(":")
    space = writer.read_prefixes(context.graph.project).get(prefix, "")
    entry = context.entry(space + local if space else value.strip("<>"))
    return entry.key if entry else value


def default_value(context: PageContext, parameter: Parameter) -> str:
    """The value where none is chosen, a thing by its key; empty where any will do."""
    token = next(writer.tokens(parameter.default))
    if token.kind not in _THINGS:
        return token.text.strip("\"'")
    if token.kind == "name" and token.text.endswith(":any"):
        return ""
    return _key(context, token.text.strip("<>"))


def form_fields(context: PageContext, query: Query) -> list[FormField]:
    """The parameters of a question as fields, with what is in the address."""
    chosen = chosen_values(context, query)
    return [
        _form_field(context, parameter, chosen.get(parameter.name, ""))
        for parameter in parameters_of(query)
    ]


def _form_field(context: PageContext, parameter: Parameter, value: str) -> FormField:
    usual = default_value(context, parameter)
    is_word = not _takes_thing(parameter)
    if value and not is_word:
        value = _key(context, value)
    elif is_word or parameter.kinds == ("plan",):
        value = value or usual
    offers = [OffersOfKind(kind, _offers(context, kind, value)) for kind in parameter.kinds]
    offered: set[str] = set()
    for of_kind in offers:
        offered.update(offer.value for offer in of_kind.offers)
    meaning = parameter.meaning_in(context.language)
    if _LEVEL in parameter.kinds:
        # without the keys that a command line takes: here levels are chosen by name
        meaning = meaning.partition(":")[0].rstrip()
    is_needed = bool(usual) and is_required(parameter)
    is_known = not value or value in offered
    return FormField(parameter.name, meaning, value, offers, is_word, is_needed, is_known)


def _offers(context: PageContext, kind: str, value: str) -> list[ValueOffer]:
    """What one can choose of a kind, in the order of names; actions in that of their plans.

    In an export the script offers all things, by the names that searches have; the page has the one
    that is chosen.
    """
    if kind == _LEVEL:
        keys = [level.key for level in evidence.FIGURED]
        return [ValueOffer(key, _FIGURE.say(f"level.{key}", context.language), "") for key in keys]
    offers = []
    for entry in context.graph.labels.of_kind(kind):
        if context.is_served or entry.key == value:
            offers.append(ValueOffer(entry.key, context.brief_name(entry.iri), entry.iri))
    if kind != "action":
        offers.sort(key=lambda offer: _normalize(offer.name))
    return offers


def missing_values(context: PageContext, fields: Iterable[FormField]) -> str:
    """What must be chosen first, in words; empty where the question can be asked."""
    wanted = [field.meaning for field in fields if field.is_needed and not field.value]
    return context.t("question-and").join(wanted)


def filled_query(context: PageContext, query: Query) -> str:
    """The question with what was chosen; raises QueryError where something must be chosen first."""
    values = chosen_values(context, query)
    wanted = missing_values(context, form_fields(context, query))
    if wanted:
        raise QueryError("choose-first", what=wanted)
    if any(parameter.name == "language" for parameter in query.parameters):
        values["language"] = context.request.data
    return fill(query, values, store=context.graph.store, resolve=context.graph.resolve)
