"""What a text calls by its name: instruments, plans and bodies of the graph; and names it gives itself.

A name that several things have is that of the document's country, of the edition the text says, else of the latest one
before the document; where none of this decides, all are choices. A body is called what it was called on the day of the
document. An abbreviation of two or three letters counts only where something else of its family is named, too.

A short form refers to the last mention of its type in the same paragraph or the one before. Where a reference of that
type stands between which could not be resolved, it refers to nothing that is known: finders of citations that overlook
this attach it to the wrong act.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

from pan2kg.countries.table import countries
from pan2kg.extract.acts import either, words
from pan2kg.extract.names import Found, Mention, Names, Thing, is_short

_AHEAD: Final = re.compile(
    r"(?<![\w-])(?:EU|UE|UN|UNO|VN|ONU|ILO|IAO|OIT)(?: |-|’s |'s )$"
    r"|(?<!\w)International Labou?r Organi[sz]ation(?: \(ILO\))? $"
    r"|(?<!\w)(?:United Nations|European Union)(?:’|')? $"
)
_OTHER: Final = re.compile(r"(?<!\w)(?:OECD|OCDE)(?:[ -]|’s |'s )$|^ (?:de l['’]OCDE|der OECD|of the OECD|OCDE)")
_COMPOUND: Final = re.compile(r"[\w-]*-$")
_NUMBERED: Final = re.compile(
    r"(?<![\w-])(?:PAN|NAPs?)[ -]?(?:n[°º]\s?)?"
    r"(?:(?P<number>\d)(?![\w.]*\d)|(?P<year>20\d\d)\s?[-–/]\s?(?:20)?\d\d)(?!\w)"
)
_FOLLOWING: Final = re.compile(r"^\s*\(?(?:n[°º]\s*)?(?P<number>\d)\)?(?![\w.,/%-]*\d)(?=\W|$)")
_SPAN: Final = re.compile(
    r"^,?\s*(?P<said>pour la période\s+|for\s+|für\s+|\()?(?P<from>(?:19|20)\d\d)\s*[-–—/]\s*(?P<to>(?:19|20)?\d\d)"
)
_WINDOW: Final = 60
_DISTINCT: Final = 4
"""From how many words on a name of a country's own thing is known in the documents of others."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Of what a document is: its day, the code of its country, and the plan it is the text of, where they are known."""

    day: date | None = None
    country: str = ""
    plan: str = ""


@cache
def _ordinals() -> dict[str, str]:
    """The words that number an edition, and the number."""
    return {word: number for number, said in words()["ordinal"].items() for word in said}


def find_names(text: str, names: Names, setting: Setting) -> Iterator[Mention]:
    """Everything a text calls by a name of the graph; a mention without kind is of something else by that name.

    >>> from pan2kg.extract.names import Spelling
    >>> names = Names({"i": Thing("i", "paris", "instrument")}, (Spelling("Accord de Paris", "i"),))
    >>> [one.surface for one in find_names("les objectifs de l’Accord de Paris", names, Setting())]
    ['Accord de Paris']
    """
    found = list(names.find(text))
    yield from _numbered_plans(text, names, setting)
    for one in _with_company(text, found, names):
        if not one.things:
            yield Mention(one.start, one.end, text[one.start : one.end], "", "", "not-mention")
        elif mention := _mention(text, one, names, setting):
            yield mention


def _with_company(text: str, found: Iterable[Found], names: Names) -> Iterator[Found]:
    """Names without short abbreviations of which nothing else of the family stands in the text."""
    named = list(found)
    families = {
        names.things[iri].family for one in named for iri in one.things if not is_short(text[one.start : one.end])
    }
    for one in named:
        if not is_short(text[one.start : one.end]) or families & {names.things[iri].family for iri in one.things}:
            yield one


def _mention(text: str, found: Found, names: Names, setting: Setting) -> Mention | None:
    known = [thing for iri in found.things if (thing := names.things.get(iri)) and _may_be(thing, found, setting)]
    # an initiative is often a text and the body that carries it; what a plan rests on is the text
    known = [one for one in known if one.kind != "body"] or known
    if not known or _is_of_another(text, found, known):
        return None
    start, end = _extended(text, found, known)
    if known[0].kind == "plan":
        if _of_another_country(text, start, setting):
            return None
        said, start, end = _edition(text, start, end)
        return _plan(text, (start, end), known, said, setting, names)
    valid = [one for one in known if one.is_valid(setting.day)] if known[0].kind == "body" else known
    if not valid:
        return replace(_made(text, start, end, known[0], "name"), note="name-of-another-day")
    local = [one for one in valid if one.country == setting.country] if setting.country else []
    chosen = local or [one for one in valid if not one.country] or valid
    if len(chosen) == 1:
        return _made(text, start, end, chosen[0], "name")
    return Mention(start, end, text[start:end], "", chosen[0].kind, "name", "several", choices=_iris(chosen))


def _may_be(thing: Thing, found: Found, setting: Setting) -> bool:
    """Whether a thing of a country can be meant: short names of others’ are not known abroad."""
    return not thing.country or thing.country == setting.country or found.length >= _DISTINCT


def _is_of_another(text: str, found: Found, known: list[Thing]) -> bool:
    """Whether « guiding principles » are those of the OECD, whose guidelines have that name in French."""
    if known[0].key != "ungp":
        return False
    around = text[max(0, found.start - _WINDOW) : found.start], text[found.end : found.end + _WINDOW]
    return any(_OTHER.search(side) for side in around)


def _of_another_country(text: str, start: int, setting: Setting) -> bool:
    """Whether the name of another country stands before that of a plan: « Ireland’s National Action Plan »."""
    owner = re.search(r"(\w+)(?:’s|'s)\s+$", text[max(0, start - _WINDOW) : start])
    return owner is not None and _countries().get(owner[1], setting.country) != setting.country


@cache
def _countries() -> dict[str, str]:
    return {name: code for code, country in countries().items() for _, name in country.names.words}


def _extended(text: str, found: Found, known: list[Thing]) -> tuple[int, int]:
    """The place of a name with what belongs to it before: « EU », « ILO », or the first part of a compound."""
    start = found.start
    before = text[max(0, start - _WINDOW) : start]
    if not known[0].country and known[0].kind in ("instrument", "plan") and (ahead := _AHEAD.search(before)):
        start -= len(before) - ahead.start()
    elif compound := _COMPOUND.search(before):
        start -= len(before) - compound.start() if compound[0] != "-" else 0
    return start, found.end


def _made(text: str, start: int, end: int, thing: Thing, rule: str) -> Mention:
    return Mention(start, end, text[start:end], thing.iri, thing.kind, rule)


def _iris(things: Iterable[Thing]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(thing.iri for thing in things))


def _edition(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The edition or the first year that stands beside the name of a plan, empty where none does; the whole place."""
    before = re.search(r"([\w’']+)\s+$", text[max(0, start - _WINDOW) : start])
    ordinal = _ordinals().get(before[1].casefold(), "") if before else ""
    if before and ordinal:
        start -= len(before[0])
    after = text[end : end + _WINDOW]
    if found := _SPAN.match(after):
        return found["from"], start, end if found["said"] else end + found.end()
    if found := _FOLLOWING.match(after):
        return found["number"], start, end + found.end("number")
    return ordinal, start, end


def _plan(
    text: str, place: tuple[int, int], known: list[Thing], said: str, setting: Setting, names: Names
) -> Mention | None:
    """The plan a name means: that of the document's country, in the edition that is said or the latest before it."""
    start, end = place
    local = [one for one in known if one.country in (setting.country, "")] if setting.country else known
    if not local:
        return None
    families = {one.family for one in local}
    if len(families) > 1:
        return Mention(start, end, text[start:end], "", "plan", "plan-name", "several", choices=_iris(local))
    editions = names.editions.get(families.pop(), tuple(local))
    if said:
        fitting = [one for one in editions if said in one.editions]
        if len(fitting) == 1:
            return _made(text, start, end, fitting[0], "plan-edition")
    own = [one for one in local if not one.is_unknown]
    if len(editions) == 1 or (len(own) == len(local) == 1 and _says_edition(text[start:end])):
        return _made(text, start, end, (own or editions)[0], "plan-name")
    before = [one for one in editions if setting.day is None or one.start is None or one.start <= setting.day]
    latest = (before or editions)[-1]
    others = tuple(one.iri for one in editions if one.iri != latest.iri)
    note = "latest-edition"
    return replace(_made(text, start, end, latest, "plan-name"), note=note, choices=others if note else ())


def _says_edition(name: str) -> bool:
    """Whether a name says the edition itself, by a number, a year or « second »."""
    return re.search(r"\d", name) is not None or bool({word.casefold() for word in name.split()} & {*_ordinals()})


def _numbered_plans(text: str, names: Names, setting: Setting) -> Iterator[Mention]:
    """« PAN 2 »: the second edition of the country's plan, of the subject of the document where that is known."""
    own = names.things.get(setting.plan)
    numbers = list(_NUMBERED.finditer(text))
    called = {one.iri for one in names.spellings if _NUMBERED.fullmatch(one.words)} if numbers else set()
    named = {names.things[iri].family for iri in called if iri in names.things}
    for found in numbers:
        said = found["number"] or found["year"]
        known = [
            one for one in names.things.values()
            if one.kind == "plan" and said in one.editions and one.country == (setting.country or one.country)
            and (one.family in named or (own is not None and one.family == own.family))
        ]  # fmt: skip
        of_subject = [one for one in known if own is not None and one.family == own.family] or known
        if len(of_subject) == 1:
            yield _made(text, found.start(), found.end(), of_subject[0], "plan-edition")
        elif of_subject:
            iris = _iris(of_subject)
            yield Mention(found.start(), found.end(), found[0], "", "plan", "plan-edition", "several", choices=iris)


_PARAGRAPH: Final = "\n\n"
_LONGEST: Final = 60


@cache
def _definition() -> re.Pattern[str]:
    said = words()["definition"]
    article = rf"(?:{either(said['article'])}\s*)?"
    quoted = rf"{article}[«“\"„‘']\s*{article}(?P<quoted>[^«»“”\"„()]{{2,{_LONGEST}}}?)\s*[»”\"“’']"
    plain = r"(?P<plain>[A-Z][A-Za-zÀ-ÿ]*(?:[ -]?[A-Z0-9][\w]*)*)"
    return re.compile(
        rf"\s*,?\s*\((?:(?i:{either(said['words'])})\s*[:,]?\s*(?:{quoted}|{article}{plain})"
        r"|(?P<bare>[A-ZÄÖÜÉ][A-Za-zäöü]*[A-ZÄÖÜ]+[A-Za-z]*s?(?:[ -]?\d)?))\s*\)"
    )


def find_definitions(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The names that stand defined behind a mention, wherever they stand after that.

    >>> pact = "Le Pacte national Entreprises (ci-après « le Pacte ») engage. Le Pacte est signé."
    >>> [(one.start, one.surface) for one in find_definitions(pact, [Mention(3, 29, "", "i", "instrument", "name")])]
    [(65, 'Pacte')]
    """
    defined: dict[str, list[tuple[int, Mention]]] = {}
    for one in mentions:
        if one.target and (found := _definition().match(text, one.end)):
            name = (found["quoted"] or found["plain"] or found["bare"]).strip()
            if len(name) > 1:
                defined.setdefault(name, []).append((found.end(), one))
    if not defined:
        return
    for again in re.finditer(rf"(?<![\w-]){either(map(re.escape, defined))}(?!\w)", text):
        before = [one for end, one in defined[again[0]] if end <= again.start()]
        if before:
            one = before[-1]
            yield Mention(*again.span(), again[0], one.target, one.kind, "definition", others=one.others)


_ACTS: Final = {
    "dir": ("eu-act",),
    "reg": ("eu-act",),
    "dec": ("eu-act",),
    "law": ("national-act",),
    "convention": ("ilo",),
}


@cache
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    short = words()["short"]
    nouns = "|".join(f"(?P<{kind}>{either(short[kind])})" for kind in _ACTS)
    same = nouns.replace("?P<", "?P<c_")
    return (
        re.compile(
            rf"(?<!\w)(?:{either(short['said'])}\s+(?:{nouns})(?!\w|\s*\(|\s*{either(words()['number']['marks'])}?\s*\d)"
            rf"|(?:la|le|the|die)\s+(?:{same})\s+{either(short['cited'])}(?!\w))",
            re.IGNORECASE,
        ),
        re.compile(rf"(?<!\w){either(short['last'])}(?!\w)", re.IGNORECASE),
    )


@cache
def _noun(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\w*{either(words()['short'][kind])}\w*", re.IGNORECASE)


def find_short_forms(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The words that refer back to a mention.

    >>> text = "Le règlement (UE) 2016/679 s’applique ; ledit règlement prévoit des délais."
    >>> act = Mention(3, 26, "", "http://data.europa.eu/eli/reg/2016/679/oj", "eu-act", "eu-number")
    >>> [one.surface for one in find_short_forms(text, [act])]
    ['ledit règlement']
    """
    said, last = _forms()
    done = list(mentions)
    for found in said.finditer(text):
        kind = next(key for key in _ACTS if found[key] or found[f"c_{key}"])
        if one := _meant(text, found.start(), kind, done):
            made = Mention(found.start(), found.end(), found[0], one.target, one.kind, "short-form", "refers-back")
            done.append(made)
            yield made
    for found in last.finditer(text):
        near = [one for one in done if one.end <= found.start() and one.kind in ("eu-act", "national-act")]
        if near and re.fullmatch(r"\s*[;,]\s*", text[near[-1].end : found.start()]):
            one = near[-1]
            yield Mention(found.start(), found.end(), found[0], one.target, one.kind, "short-form", "refers-back")


def _meant(text: str, start: int, kind: str, mentions: Sequence[Mention]) -> Mention | None:
    """The last mention of a type before a place, unless another reference of that type stands between."""
    ahead = text.rfind(_PARAGRAPH, 0, start)
    first = text.rfind(_PARAGRAPH, 0, ahead) if ahead > 0 else 0
    before = [
        one for one in mentions
        if first <= one.start < start and one.kind in (*_ACTS[kind], "instrument") and _is_of(one, kind)
    ]  # fmt: skip
    if not before:
        return None
    meant = max(before, key=lambda one: one.start)
    unresolved = [
        found for found in _noun(kind).finditer(text, meant.end, start)
        if not any(one.start <= found.start() < one.end for one in mentions)
        and not _precedes_number(text, found.end())
    ]  # fmt: skip
    return None if unresolved or not meant.target else meant


def _precedes_number(text: str, end: int) -> bool:
    """Whether a plural stands before the numbers of a list, which are mentions themselves."""
    return re.match(r"\s*(?:\([A-Z]+\)\s*)?(?:n[°º]s?\s*)?\d", text[end : end + 20]) is not None


def _is_of(one: Mention, kind: str) -> bool:
    """Whether a mention is of the type a noun says: an act of the Union tells it by its address."""
    if one.kind == "eu-act" or "/eli/dir" in one.target or "/eli/reg" in one.target or "/eli/dec" in one.target:
        return f"/eli/{kind}" in one.target
    if one.kind == "instrument":
        return kind == "law"
    return kind in ("law", "convention")
