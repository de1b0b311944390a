"""The sentences of findings: templates with slots, and how each language puts things, days and numbers in.

A template is text with slots and optional halves. ``{x}`` says the value of a variable, ``{x:form}``
says it in one of :data:`FORMS`, ``{n|day|days}`` chooses by a number. A half ``[[…]]`` falls away
where a value in it is not known, or has no name in the language. What a language needs for it
stands in the catalogues, in the context « finding ».

A form in front of which ``short+`` stands says names without their gloss: ``{plan:short+de}``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyoxigraph as ox

from pan2kg.graph.graph import Graph
from pan2kg.i18n import Language, Messages, format_day, format_number, format_of
from pan2kg.store.store import Term, plain

SEPARATOR = "\u001f"
"""What stands between the values of a variable that holds several."""
LONGEST = 55
"""Words a sentence may have; of a longer one the last halves fall away."""
LONGEST_QUOTE = 25
"""Words of a quotation that are said."""
_WORDS = Messages("finding")
_PART = re.compile(
    r"""
    \[\[ (?P<half> .*? ) \]\]
    | \{ (?P<variable> \w+ ) (?: : (?P<form> [\w+]+ ) )? (?: \| (?P<singular> [^|{}]* ) \| (?P<plural> [^|{}]* ) )? \}
    | (?P<text> [^{}\[\]]+ )
    | (?P<stray> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")
_SHORT = "short+"
"""Before a form: names without their gloss."""
_INNER_MARKS = re.compile('[«»„“”"]\u00a0?')
_FIRST_WORD = re.compile(r"[\w-]+")
_VOWELS = frozenset("aeiouyàâäæéèêëîïôœùûü")
_NOUN_GENDERS = ("plural", "feminine", "masculine", "common")
"""The genders of the nouns that a catalogue lists; a language without genders lists its nouns as common."""
_SINGULAR = frozenset({"feminine", "masculine", "plan"})
"""The genders whose article loses its vowel before a vowel, where a language does so."""

Row = Mapping[str, Term]
"""A row of a kind of finding: what is bound, by the name of the variable."""


class UnknownValueError(LookupError):
    """A slot whose value is not known, or has no name in the language."""


class Slot(NamedTuple):
    """A place in a template: the variable, the form it is said in, and its two words where a number chooses.

    ``is_short`` says that names stand in it without their gloss.
    """

    variable: str
    form: str = ""
    singular: str = ""
    plural: str = ""
    is_short: bool = False


Part = str | Slot
"""A part of a template: words, or a slot."""


class Half(NamedTuple):
    """A part of a sentence that may fall away."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class SentenceTemplate:
    """A template that was read: its parts in order."""

    parts: tuple[Part | Half, ...]

    def slots(self) -> Iterator[Slot]:
        """All slots, those of halves included."""
        for part in self.parts:
            inner = part.parts if isinstance(part, Half) else (part,)
            for piece in inner:
                if isinstance(piece, Slot):
                    yield piece

    def fixed_words(self) -> str:
        """The words that stand whatever is put in; of two that a number chooses between, both."""
        words = []
        for part in self.parts:
            for piece in part.parts if isinstance(part, Half) else (part,):
                words += [piece] if isinstance(piece, str) else [piece.singular, piece.plural]
        return " ".join(words)


def read_sentence(template: str) -> SentenceTemplate:
    """Read a template.

    Raises:
        ValueError: with the piece that is no slot, or the form there is none of.

    >>> sentence = read_sentence("{plan} ended {end:on}.[[ See {event}.]]")
    >>> [slot.variable for slot in sentence.slots()], sentence.fixed_words()
    (['plan', 'end', 'event'], ' ended  .  See    .')
    """
    parts: list[Part | Half] = []
    for match in _PART.finditer(template):
        if match["stray"]:
            raise ValueError(template[match.start() : match.start() + 20])
        if match["half"]:
            inner = read_sentence(match["half"]).parts
            parts.append(Half(tuple(part for part in inner if not isinstance(part, Half))))
        elif match["variable"]:
            parts.append(_read_slot(match))
        else:
            parts.append(match["text"])
    return SentenceTemplate(tuple(parts))


def _read_slot(match: re.Match[str]) -> Slot:
    form = match["form"] or ""
    is_short = form.startswith(_SHORT)
    form = form.removeprefix(_SHORT)
    if form not in FORMS:
        raise ValueError(match[0])
    return Slot(
        match["variable"], form, match["singular"] or "", match["plural"] or "", is_short=is_short
    )


class Narrator:
    """Says sentences in the language of a graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.language: Language = graph.language
        self.is_short = False

    def say(self, sentence: SentenceTemplate, row: Row) -> str:
        """A sentence filled in with a row.

        Raises:
            UnknownValueError: a value outside the optional halves is not known in the language.
        """
        halves_kept = sum(isinstance(part, Half) for part in sentence.parts)
        words = self._filled(sentence, row, halves_kept)
        while halves_kept and len(words.split()) > LONGEST:
            halves_kept -= 1
            words = self._filled(sentence, row, halves_kept)
        return words[:1].upper() + words[1:]

    def _filled(self, sentence: SentenceTemplate, row: Row, most_halves: int) -> str:
        """The sentence with at most so many of its halves."""
        pieces = []
        halves = 0
        for part in sentence.parts:
            if not isinstance(part, Half):
                pieces.append(self._piece(part, row))
                continue
            halves += 1
            if halves > most_halves:
                continue
            try:
                pieces.append("".join(self._piece(piece, row) for piece in part.parts))
            except UnknownValueError:
                continue
        return "".join(pieces)

    def _piece(self, part: Part, row: Row) -> str:
        if isinstance(part, str):
            return part
        value = row.get(part.variable)
        if value is None or not plain(value):
            raise UnknownValueError(part.variable)
        if part.plural:
            number = int(plain(value))
            return part.singular if self._is_singular(number) else part.plural
        self.is_short = part.is_short
        return FORMS[part.form](self, value)

    def _is_singular(self, number: int) -> bool:
        return number == 1 or (number == 0 and self.language == "fr")

    # things

    def value(self, value: Term) -> str:
        """A thing by its name, a number as a figure, a day in words, a text as it is; several one after the other."""
        if isinstance(value, ox.NamedNode):
            return self.name(plain(value))
        if plain(value).lstrip("-").isdigit() and not _is_year(value):
            return format_number(int(plain(value)), self.language)
        if _DAY.fullmatch(plain(value)):
            return self.day(value)
        return self._joined(value, self._name_or_text)

    def _name_or_text(self, text: str) -> str:
        return self.name(text) if text.startswith(("http://", "https://")) else text

    def _joined(self, value: Term, say: Callable[[str], str]) -> str:
        words = [say(text) for text in plain(value).split(SEPARATOR)]
        if len(words) == 1:
            return words[0]
        return f"{', '.join(words[:-1])} {_WORDS.say('and', self.language)} {words[-1]}"

    def name(self, iri: str) -> str:
        """The name of a thing: of a body its full one, of others the short one with its gloss in parentheses.

        Raises:
            UnknownValueError: it has no name in the language.
        """
        entry = self.graph.labels.entry(iri)
        if entry is None:
            raise UnknownValueError(iri)
        if entry.kind == "body":
            texts = entry.texts
        else:
            texts = entry.brief if self.language in entry.brief else entry.texts
        if self.language not in texts:
            raise UnknownValueError(iri)
        short, _, gloss = texts[self.language].partition(" · ")
        for letters, word in _pairs("written-out", self.language).items():
            if short.startswith(letters + " "):
                short = word + short.removeprefix(letters)
        return f"{short} ({gloss})" if gloss and not self.is_short else short

    def number(self, value: Term) -> str:
        """The printed number of a thing, such as that of an action; its short name where it has none.

        Of an action of a plan the graph starts from, only the number; of others the plan behind it.
        """
        return self._joined(value, self._number)

    def _number(self, iri: str) -> str:
        entry = self.graph.labels.entry(iri)
        if entry is None or not entry.notation:
            return self.name(iri)
        return entry.notation

    def what(self, value: Term) -> str:
        """The words of an obligation without its act and article, which stand before the colon."""
        words = self.value(value)
        act, colon, rest = words.partition(": ")
        if not colon:
            act, colon, rest = words.partition("\u00a0: ")
        return rest if colon else act

    def quote(self, value: Term) -> str:
        """Words in the quotation marks of the language, at most :data:`LONGEST_QUOTE` of them."""
        words = _INNER_MARKS.sub("", plain(value)).split()
        shown = " ".join(words[:LONGEST_QUOTE])
        if len(words) > LONGEST_QUOTE:
            shown += " …"
        return _WORDS.say("quoted", self.language, words=shown.strip(" ."))

    def events(self, value: Term) -> str:
        """Events, each with its day in parentheses."""
        return self._joined(value, self._event)

    def _event(self, iri: str) -> str:
        name = self.name(iri)
        when = self.graph.statements.one(iri, "https://w3id.org/pan2kg/ontology#date")
        return f"{name} ({self._day(when, 'bare')})" if when else name

    # articles

    def article(self, value: Term, case: str) -> str:
        """A name with its article: in French by the first noun, in English before laws and ministries."""
        return self._joined(value, lambda text: self._with_article(text, case))

    def _with_article(self, text: str, case: str) -> str:
        name = self._name_or_text(text)
        gender = self._gender(text, name)
        name = self._within_sentence(name)
        elided = "elided" if name[0].lower() in _VOWELS and gender in _SINGULAR else gender
        articles = _pairs(f"article-{case}", self.language)
        article = articles.get(elided) or articles.get(gender) or articles["other"]
        if not article:
            return name
        return article + name if article.endswith("’") else f"{article} {name}"

    def _gender(self, iri: str, name: str) -> str:
        """The gender of a name by its first noun; « plan » of a plan, « other » of a name with no noun we know."""
        first = _FIRST_WORD.match(name)
        noun = first[0].lower() if first else ""
        for gender in _NOUN_GENDERS:
            if noun in _nouns(gender, self.language):
                return gender
        entry = self.graph.labels.entry(iri)
        return "plan" if entry is not None and entry.kind == "plan" else "other"

    def _within_sentence(self, name: str) -> str:
        """A name as it stands behind an article: a noun that the catalogue writes small begins small."""
        first = _FIRST_WORD.match(name)
        for gender in _NOUN_GENDERS if first else ():
            if first and first[0].lower() == _nouns(gender, self.language).get(first[0].lower()):
                return name[:1].lower() + name[1:]
        return name

    # days

    def day(self, value: Term) -> str:
        """A day, month or year in words, without a preposition."""
        return self._day(plain(value), "bare")

    def on_day(self, value: Term) -> str:
        """A day, month or year with the preposition that says when."""
        return self._day(plain(value), "on")

    def by_day(self, value: Term) -> str:
        """A day, month or year as a limit."""
        return self._day(plain(value), "by")

    def _day(self, text: str, use: str) -> str:
        match = _DAY.match(text)
        if not match:
            raise UnknownValueError(text)
        year = match["year"]
        if match["day"]:
            words = format_day(date.fromisoformat(match[0]), self.language)
            return _WORDS.say(f"{use}-day", self.language, day=words)
        if match["month"]:
            month = format_of(f"month.{int(match['month'])}", self.language)
            return _WORDS.say(f"{use}-month", self.language, month=f"{month} {year}")
        return _WORDS.say(f"{use}-year", self.language, year=year)


def _nouns(gender: str, language: Language) -> dict[str, str]:
    """The nouns a catalogue lists for a gender, in small letters, each as it is written within a sentence."""
    nouns = _WORDS.say(f"nouns-{gender}", language).split()
    return {noun.lower(): noun for noun in nouns}


def _pairs(key: str, language: Language) -> dict[str, str]:
    """A message that lists pairs: « RL=Richtlinie;VO=Verordnung »."""
    pairs = {}
    for pair in _WORDS.say(key, language).split(";"):
        name, _, words = pair.partition("=")
        pairs[name] = words
    return pairs


def _is_year(value: Term) -> bool:
    return isinstance(value, ox.Literal) and value.datatype.value.endswith("#gYear")


FORMS: Mapping[str, Callable[[Narrator, Term], str]] = {
    "": Narrator.value,
    "no": Narrator.number,
    "what": Narrator.what,
    "quote": Narrator.quote,
    "events": Narrator.events,
    "the": lambda narrator, value: narrator.article(value, "the"),
    "le": lambda narrator, value: narrator.article(value, "the"),
    "de": lambda narrator, value: narrator.article(value, "of"),
    "a": lambda narrator, value: narrator.article(value, "to"),
    "day": Narrator.day,
    "on": Narrator.on_day,
    "by": Narrator.by_day,
}
"""The forms a slot can ask for; the articles of French are ``le``, ``de`` and ``a``, that of English ``the``."""
