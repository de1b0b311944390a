"""The form of a question: its parameters as fields, what each may be, and what somebody has still to choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.coherence.evidence import FIGURED
from pan2kg.i18n.catalogue import Messages
from pan2kg.turtle.writer import read_prefixes, tokens

if TYPE_CHECKING:
    from collections.abc import Collection

    from pan2kg.graph.labels import Entry
    from pan2kg.site.page import PageContext
    from pan2kg.store.queries import Parameter, Query

LEVEL: Final = "level"
"""The kind of parameter that is a level of evidence."""
_FIGURE: Final = Messages("figure")


@dataclass(frozen=True, slots=True)
class Offered:
    """What a parameter may be: as it is written, what it is called, and its IRI, empty for a word."""

    value: str
    name: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form: a parameter, its value, and what it may be, by kind.

    ``is_needed`` is whether nothing is answered until somebody chose it, ``is_word`` whether it is no thing.
    """

    name: str
    meaning: str
    value: str
    offers: tuple[tuple[str, tuple[Offered, ...]], ...]
    is_needed: bool = False
    is_word: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to choose it."""
        return self.is_needed and not self.value

    @property
    def is_known(self) -> bool:
        """Whether the value is among what is offered."""
        return not self.value or any(one.value == self.value for _, offers in self.offers for one in offers)


def given(context: PageContext, query: Query) -> dict[str, str]:
    """The parameters in the address; a link that fixes a question writes their names as a command line does."""
    found = context.request.arguments
    wanted = [parameter for parameter in query.parameters if parameter.name != "language"]
    values = {one.name: found.get(one.name) or found.get(one.option, "") for one in wanted}
    return {one.name: _meant(context, one, values[one.name]) for one in wanted if values[one.name]}


def _meant(context: PageContext, parameter: Parameter, value: str) -> str:
    """The key of what has the title that was typed, with its printed number, as the form offers it."""
    typed = _plain(value)
    found = (entry for entry in _offered(context, parameter) if _plain(context.name(entry.iri)) == typed)
    return next((entry.key for entry in found), value)


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


def _offered(context: PageContext, parameter: Parameter) -> list[Entry]:
    """The things a parameter may be."""
    return [entry for kind in parameter.kinds for entry in context.graph.labels.of_kind(kind)]


def field(context: PageContext, parameter: Parameter, chosen: dict[str, str]) -> FormField:
    """The field of a parameter: what was chosen, else a level or plan as the profile says; another thing stays open."""
    meaning = asked(parameter.meaning_in(context.request.language), parameter.kinds)
    value, said = chosen.get(parameter.name, ""), default(context, parameter)
    offers = tuple((_kind(context, kind), _offers(context, kind)) for kind in parameter.kinds)
    if not _names_thing(parameter):
        return FormField(parameter.name, meaning, value or said, offers, is_word=True)
    if _is_own(parameter):
        return FormField(parameter.name, meaning, _key(context, value) if value else said, offers)
    return FormField(parameter.name, meaning, value and _key(context, value), offers, is_needed=bool(said))


def asked(meaning: str, kinds: Collection[str]) -> str:
    """What a field asks for; of a level without the keys that a command line takes: here they are chosen by name.

    >>> asked("the weakest level that counts: plan, official or other", (LEVEL,)), asked("the plan: its key", ("plan",))
    ('the weakest level that counts', 'the plan: its key')
    """
    return meaning.partition(":")[0].rstrip() if LEVEL in kinds else meaning


def _is_own(parameter: Parameter) -> bool:
    """Whether it is a plan: the one a project is about, where nobody chose another."""
    return parameter.kinds == ("plan",)


def _names_thing(parameter: Parameter) -> bool:
    return next(tokens(parameter.default)).kind in ("name", "iri")


def _kind(context: PageContext, kind: str) -> str:
    return "" if kind == LEVEL else context.t(f"kind-{kind}")


def _offers(context: PageContext, kind: str) -> tuple[Offered, ...]:
    """What a parameter of a kind may be, by name; levels from the firmest."""
    if kind == LEVEL:
        language = context.request.language
        return tuple(Offered(level.key, _FIGURE.say(f"level.{level.key}", language)) for level in FIGURED)
    entries = context.graph.labels.of_kind(kind)
    found = (Offered(entry.key, _brief(context, entry), entry.iri) for entry in entries)
    return tuple(sorted(found, key=lambda one: _plain(one.name))) if kind != "action" else tuple(found)


def _brief(context: PageContext, entry: Entry) -> str:
    """The short name of a thing, else its own with its printed number."""
    brief = context.graph.labels.brief(entry.iri, context.request.data)
    return brief.text if brief.whole else context.name(entry.iri)


def _key(context: PageContext, value: str) -> str:
    """The key of what was typed with a prefix or as an IRI; anything else as it was typed."""
    prefix, _, local = value.strip("<>").partition(":")
    space = read_prefixes(context.graph.project).get(prefix, "")
    entry = context.graph.labels.entry(space + local if space else value.strip("<>"))
    return entry.key if entry else value


def is_open(query: Query) -> bool:
    """Whether a question waits for somebody to choose what it is about."""
    things = (one for one in query.parameters if one.name != "language" and _names_thing(one) and not _is_own(one))
    return any(one.default != "pan:any" for one in things)


def default(context: PageContext, parameter: Parameter) -> str:
    """The default as it would be typed: a key, a word or a number; empty where everything is meant."""
    first = next(tokens(parameter.default))
    if first.kind == "name":
        prefix, _, local = first.text.partition(":")
        entry = context.graph.labels.entry(read_prefixes(context.graph.project).get(prefix, "") + local)
        return "" if local == "any" else entry.key if entry else first.text
    if first.kind == "iri":
        entry = context.graph.labels.entry(first.text.strip("<>"))
        return entry.key if entry else first.text.strip("<>")
    return first.text.strip("\"'")
