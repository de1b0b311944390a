"""What a text names: acts, conventions, principles, goals, plans, instruments and bodies.

A number alone says little, so each needs its company: a convention with a number is one of the ILO only in a paragraph
or a document that speaks of the ILO.

The steps are taken in order: numbered identifiers, dated national acts, names, what the text defines itself, short
forms. Of what overlaps, the longest stays, then the earlier step. Spans end with the number or the date and not with
the title; in a list each number is a mention; an abbreviation in brackets behind a name is no second mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final

from pan2kg.extract.acts import acts_by_identifier, acts_in, either, find_bills, find_eu_acts, find_national_acts, words
from pan2kg.extract.named import Setting, find_definitions, find_names, find_short_forms
from pan2kg.extract.names import Mention, Names, Read, Spelling, Thing, variants, without_overlaps, words_of

_CONVENTIONS: Final = 192
_PRINCIPLES: Final = 31
_GOALS: Final = 17
_TITLE: Final = 60
"""How many characters behind a number are looked at for words of the title."""
_SMALL: Final = 3
_FLAGS: Final = re.IGNORECASE
_ASIDE: Final = r"(?:\s*\([^()\n]{1,60}\))?"
"""A title in brackets behind a number of a list."""


def find_numbered(text: str, names: Names) -> Iterator[Mention]:
    """Everything a text cites by a number that is not of an act of the Union or of a country.

    >>> text = "Conventions n° 29 et 105 de l’OIT, ODD 8 et cible 8.7 ; Principes directeurs 25 à 27"
    >>> [(one.surface, one.target) for one in find_numbered(text, Names())][:3]
    [('29', 'ilo:C029'), ('105 de l’OIT', 'ilo:C105'), ('ODD 8', 'http://metadata.un.org/sdg/8')]
    """
    yield from _ilo(text, names)
    yield from _sdg(text, names)
    yield from _ungp(text, names)
    yield from _resolutions(text, names)


def _known(names: Names, identifier: str, *keys: str) -> tuple[str, str]:
    """The IRI of a thing and no note, or the identifier of what the graph does not have and that note."""
    thing = names.identified(identifier, *keys)
    return (thing.iri, "") if thing else (identifier, "not-in-graph")


@cache
def _ilo_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    ilo, number = words()["ilo"], words()["number"]
    mark, digits = rf"(?:{either(number['marks'])}\s*)?", r"(?P<number>\d{1,3})"
    organisation, listing = either(ilo["organisation"]), either(number["and"])
    behind = rf"(?:\s*,?\s*{either(ilo['of'])}{organisation}(?!\w))?"
    ahead = rf"(?:{organisation}(?:\s*\({organisation}\))?[ -])?"
    one = rf"\(?{mark}(?:C\s?0?)?(?P<number>\d{{1,3}})(?![\d°]|[/.]\d|\s*%)\)?"
    kind = rf"(?:\s+{either(ilo['kind'])})?(?:\s+{either(ilo['of'])}{organisation})?"
    forced = rf"(?:\s+(?:sur|contre|über|gegen|on|against|de)?\s*{either(ilo['forced'])})"
    convention = either(ilo["convention"])
    protocol = (
        rf"(?:{organisation}(?:\s*\({organisation}\))?\s+)?(?:\b2014\s+)?\b{either(ilo['protocol'])}"
        rf"(?:\s+(?:de|of|von)\s+2014)?(?:\s*\(?P0?29\)?)?{behind}"
        rf"(?:\s+(?:additionnel\s+)?(?:relatif\s+)?(?:à|to|zum|zur|au|sur|on|of|über)\s+(?:la\s+|the\s+|das\s+)?"
        rf"(?:(?:{organisation}\s+)?(?:{either(ilo['forced'])}\s+{convention}|{convention}"
        rf"(?:{forced}(?:,?\s*\(?1930\)?(?!\d))?(?:\s*\({mark}29\))?|\s*\(?{mark}0?29\)?(?!\d){behind}))"
        rf"|{either(ilo['forced'])}))?"
    )
    return (
        re.compile(rf"(?<!\w){ahead}{convention}{kind}\s*{one}{behind}", _FLAGS),
        re.compile(rf"{_ASIDE}\s*{listing}\s*{mark}(?:C\s?0?)?{digits}(?!\d|[/.]\d|\s*%){behind}", _FLAGS),
        re.compile(rf"(?<!\w)(?:{protocol}|P0?29(?!\d))", _FLAGS),
        re.compile(
            rf"(?<!\w)(?:{convention},?\s*(?:\d{{4}}\s*)?\({mark}C?\s?0?{digits}\)|(?-i:C0?(?P<code>\d{{2,3}}))(?![\w/]))",
            _FLAGS,
        ),
    )  # fmt: skip


@cache
def _spoken() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){either(words()['ilo']['spoken'])}(?!\w)", _FLAGS)


def _ilo(text: str, names: Names) -> Iterator[Mention]:
    cited, listed, protocols, titled = _ilo_patterns()
    speaks = _spoken().search(text) is not None
    for found in protocols.finditer(text):
        if re.search(r"29|forc|zwang", found[0], _FLAGS):
            target, note = _known(names, "ilo:P029", "ilo-p029")
            yield Mention(found.start(), found.end(), found[0], target, "ilo", "ilo-protocol", note)
    for found in cited.finditer(text):
        if not speaks and not (re.search(r"C\s?0?\d", found[0]) or _is_titled(text, found, names)):
            continue
        many = _many().search(found[0]) is not None
        start = found.start("number") if many else found.start()
        yield from _convention(text, start, found.end(), found["number"], names)
        end = found.end()
        while next_ := listed.match(text, end):
            end = next_.end()
            yield from _convention(text, next_.start("number"), end, next_["number"], names)
    for found in titled.finditer(text) if speaks else ():
        start = found.start() if found["code"] else _title_start(text, found.start())
        yield from _convention(text, start, found.end(), found["number"] or found["code"], names)


def _is_titled(text: str, found: re.Match[str], names: Names) -> bool:
    """Whether words of the title follow a number: « Convention 182 on the worst forms of child labour »."""
    thing = names.identified(f"ilo-c{int(found['number']):03}")
    after = {word.folded for word in words_of(text[found.end() : found.end() + _TITLE].partition("\n\n")[0])}
    titles = (*names.titles, *names.spellings) if thing else ()
    return any(
        len(after & {word.folded for word in words_of(one.words) if len(word.folded) > _SMALL}) > 1
        for one in titles
        if thing and one.iri == thing.iri
    )


@cache
def _many() -> re.Pattern[str]:
    return re.compile(either(words()["ilo"]["plural"]), _FLAGS)


def _title_start(text: str, end: int) -> int:
    """Where the title begins that ends in « Convention »: its words have a capital, those between them may be small.

    >>> _title_start("of the Forced Labour Convention, 1930 (No. 29)", 21)
    7
    """
    start = end
    for word in reversed(list(re.finditer(r"\S+", text[max(0, end - 120) : end]))):
        if word[0][0].isupper() or word[0][0] == "(":
            start = max(0, end - 120) + word.start()
        elif word[0] not in ("of", "the", "and", "to", "on", "for", "in"):
            break
    return start


def _convention(text: str, start: int, end: int, number: str, names: Names) -> Iterator[Mention]:
    if 0 < int(number) < _CONVENTIONS:
        target, note = _known(names, f"ilo:C{int(number):03}", f"ilo-c{int(number):03}")
        yield Mention(start, end, text[start:end], target, "ilo", "ilo-number", note)


@cache
def _sdg_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    sdg, number = words()["sdg"], words()["number"]
    goal, target, mark = either(sdg["goal"]), either(sdg["target"]), rf"(?:{either(number['marks'])}\s*)?"
    one = r"(?P<number>\d{1,2}(?:\.[0-9a-d]{1,2})?)(?![\d/%]|\.\d|\s*%)"
    return (
        re.compile(
            rf"(?<!\w)(?:{goal}(?:[ -](?P<target>{target}))?\s*{mark}{one}"
            rf"|{either(sdg['short'])}\s+{mark}{one.replace('number', 'short')}"
            rf"(?=\s+{either(sdg['of'])}\s*{either(sdg['agenda'])}))",
            _FLAGS,
        ),
        re.compile(rf"(?<!\w)(?P<target>{target})\s*{mark}(?P<number>\d{{1,2}}\.[0-9a-d]{{1,2}})(?![\d/%])", _FLAGS),
        re.compile(rf"{_ASIDE}\s*{either(number['and'])}\s*{one}", _FLAGS),
        re.compile(
            rf"(?<!\w){target}\s*{mark}(?P<part>\d{{1,2}}|[a-d])\s+(?=(?:{either(sdg['of'])}\s*)?(?:{goal}|goal|objectif)"
            rf"\s*{mark}(?P<goal>\d{{1,2}})(?![\d.]))", _FLAGS,
        ),
    )  # fmt: skip


def _sdg(text: str, names: Names) -> Iterator[Mention]:
    numbered, targets, listed, part_of = _sdg_patterns()
    for found in part_of.finditer(text):
        yield from _goal(text, found.start(), found.end("part"), f"{found['goal']}.{found['part']}", names)
    for pattern in (numbered, targets):
        for found in pattern.finditer(text):
            number = found.groupdict().get("number") or found["short"]
            end = found.start() + len(found[0])
            many = listed.match(text, end) is not None and _is_plural(found[0])
            start = end - len(number) if many else found.start()
            yield from _goal(text, start, end, number, names)
            while many and (next_ := listed.match(text, end)):
                end = next_.end("number")
                yield from _goal(text, next_.start("number"), end, next_["number"], names)


def _is_plural(said: str) -> bool:
    """Whether the words before a number may have more than one: abbreviations have no plural of their own."""
    return re.search(r"(?:s|ODD|SDG|ODS|Ziele|n)\b", said.rstrip("0123456789. "), _FLAGS) is not None


def _goal(text: str, start: int, end: int, number: str, names: Names) -> Iterator[Mention]:
    goal, _, _ = number.partition(".")
    if 0 < int(goal) <= _GOALS:
        address = f"http://metadata.un.org/sdg/{number}"
        target, note = _known(names, address, f"sdg-{number}")
        yield Mention(start, end, text[start:end], target, "sdg", "sdg-number", note)


@cache
def _ungp_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    ungp, number = words()["ungp"], words()["number"]
    mark = rf"(?:{either(number['marks'])}\s*)?"
    until = rf"(?:\s*(?P<to>{either(number['to'])})\s*{mark}(?P<two>\d{{1,2}})[a-f]?)?"
    rest = rf"{mark}(?P<one>\d{{1,2}})[a-f]?{until}(?![\d/%]|\.\d)"
    return (
        re.compile(rf"(?<!\w){either(ungp['guiding'])}\s+{rest}", _FLAGS),
        re.compile(rf"(?<!\w)(?P<word>{either(ungp['plain'])})\s+{rest}", _FLAGS),
        re.compile(rf"\s*{either(number['and'])}\s*{mark}(?P<one>\d{{1,2}})[a-f]?(?![\d/%a-z]|\.\d)", _FLAGS),
    )


@cache
def _guiding() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){either(words()['ungp']['capital'])}(?!\w)")


def _ungp(text: str, names: Names) -> Iterator[Mention]:
    guiding, plain, listed = _ungp_patterns()
    speaks = _guiding().search(text) is not None
    for pattern in (guiding, plain):
        for found in pattern.finditer(text):
            if not speaks and (pattern is plain or found[0].startswith("GP")):
                continue  # principles and « GP » are numbered in many texts
            end = found.end()
            more = listed.match(text, end) if not found["to"] else None
            if not more:
                yield from _principles(text, found.start(), end, range_of(found["one"], found["two"]), names)
                continue
            yield from _principles(text, found.start("one"), end, range_of(found["one"], None), names)
            while more:
                end = more.end()
                yield from _principles(text, more.start("one"), end, range_of(more["one"], None), names)
                more = listed.match(text, end)


def range_of(one: str, two: str | None) -> range:
    """The numbers from one to another, both included; empty where they are no guiding principles.

    >>> list(range_of("25", "27")), list(range_of("30", "40"))
    ([25, 26, 27], [])
    """
    first, last = int(one), int(two or one)
    return range(first, last + 1) if 0 < first <= last <= _PRINCIPLES else range(0)


def _principles(text: str, start: int, end: int, numbers: range, names: Names) -> Iterator[Mention]:
    if numbers:
        known = [_known(names, f"un:UNGP-{number}", f"ungp-{number}") for number in numbers]
        others = tuple(target for target, _ in known[1:])
        yield Mention(start, end, text[start:end], known[0][0], "ungp", "ungp-number", known[0][1], others)


@cache
def _resolution_patterns() -> tuple[re.Pattern[str], ...]:
    un, mark = words()["un"], rf"(?:{either(words()['number']['marks'])}\s*)?"
    resolution = rf"{either(un['resolution'])}"
    number = r"(?P<number>\d{3,4})(?:\s*\(\d{4}\))?(?![\d/])"
    organs = {"SCR": (un["council"], number), "HRC": (un["rights"], r"(?P<number>\d{1,2}/\d{1,3})(?!\d)"),
              "GA": (un["assembly"], r"(?P<number>\d{2}/\d{1,3})(?!\d)")}  # fmt: skip
    of = r"\s+(?:d[ue]s?|de la|of the|des|der|adoptée par le)\s+"
    nations = r"(?:(?:\s+(?:des|der|of the))?\s+(?:nations unies|united nations|vereinten nationen)|\s+de l['’]ONU)?"
    return tuple(
        re.compile(
            rf"(?<!\w)(?:(?:(?:UN|VN|UNO|United Nations)[ -])?{either(said)}(?:[ -]{resolution})?\s*{mark}{digits}"
            rf"|{resolution}\s+{mark}{digits.replace('number', 'second')}{of}(?:UN[ -])?{either(said)}{nations}(?!\w))",
            _FLAGS,
        )
        for said, digits in organs.values()
    )


def _resolutions(text: str, names: Names) -> Iterator[Mention]:
    for organ, pattern in zip(("SCR", "HRC", "GA"), _resolution_patterns(), strict=True):
        for found in pattern.finditer(text):
            number = found["number"] or found["second"]
            key = {"SCR": f"unscr-{number}", "HRC": f"hrc-res-{number}", "GA": f"unga-res-{number}"}[organ]
            target, note = _known(names, f"un:{organ}-{number}", key.replace("/", "-"))
            yield Mention(found.start(), found.end(), found[0], target, "un", "un-resolution", note)


_ARTICLE: Final = 4


def find_mentions(
    document: Read | str, names: Names, *, date: date | None = None, country: str = "", plan: str = ""
) -> tuple[Mention, ...]:
    """Everything a document names, in the order of its text.

    ``date`` is the day of the document: a body is called what it was called then, and a plan without edition is the
    latest before it. ``country`` is the code of its country in lower case, as the keys of plans begin with it: national
    acts are those of that country. ``plan`` is the IRI of the plan it is the text of: « PAN 2 » is of its subject, and
    its own name is no mention.

    >>> found = find_mentions("transposer la directive 2014/24/UE (« ladite directive ») ; ODD 8.7", Names())
    >>> [(one.surface, one.target) for one in found]
    [('directive 2014/24/UE', 'http://data.europa.eu/eli/dir/2014/24/oj'), ('ladite directive', 'http://data.europa.eu/eli/dir/2014/24/oj'), ('ODD 8.7', 'http://metadata.un.org/sdg/8.7')]
    """  # noqa: E501
    text = document if isinstance(document, str) else document.text
    setting = Setting(date, country, plan)
    numbered = [*find_eu_acts(text, names), *find_numbered(text, names), *find_bills(text, names, country)]
    dated = list(find_national_acts(text, names, country, acts_by_identifier(names, country)))
    named = list(find_names(text, names, setting))
    first = without_overlaps([numbered, dated, named])
    defined = list(find_definitions(text, first))
    second = without_overlaps([numbered, dated, named, defined])
    short = list(find_short_forms(text, second))
    found = without_overlaps([numbered, dated, named, defined, short])
    kept = _without_repeats(text, found)
    return tuple(one for one in kept if one.kind and not (plan and one.target == plan))


def _without_repeats(text: str, found: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions without abbreviations in brackets behind their name, and without the name before a list of numbers.

    In « Objectifs de développement durable 5 et 16 » the numbers are the mentions.
    """
    for place, one in enumerate(found):
        before = found[place - 1] if place else None
        between = text[before.end : one.start] if before else ""
        if (
            before
            and before.target == one.target
            and between.strip(' »”"’“') == "("
            and text[one.end : one.end + 1] == ")"
        ):
            continue
        after = found[place + 1] if place + 1 < len(found) else None
        if (
            one.rule == "name"
            and after
            and after.kind in ("sdg", "ungp")
            and text[one.end : after.start].strip(" .n°ºo") == ""
        ):
            continue
        yield one


def names_of(things: Iterable[Thing], labels: Iterable[tuple[str, str]], refused: Iterable[str] = ()) -> Names:
    """What can be named and by which words: things, pairs of a thing’s IRI and a label, and words that name none.

    A label that cites its thing by a number or a date is no name: that is found wherever it stands, and the title
    behind it is no part of a mention.

    >>> act, law = Thing("i", "dir", "instrument", "eu-directive"), Thing("j", "loi", "instrument", "law", "lu")
    >>> labels = [("i", "Directive (EU) 2022/2464 on reporting (CSRD)"), ("j", "Loi du 8 avril 2018 sur les marchés")]
    >>> names = names_of([act, law], labels)
    >>> [one.words for one in names.spellings], len(names.titles)
    (['CSRD'], 2)
    """
    known = {thing.iri: thing for thing in things}
    spellings: dict[Spelling, None] = {}
    titles: dict[Spelling, None] = {}
    for iri, label in labels:
        if iri not in known or known[iri].type == "bill":
            continue  # a bill is known by its number: what it is called is often the title of the act to be
        cited = _cited(label, known[iri].country) if known[iri].kind == "instrument" else 0
        if cited:
            titles[Spelling(label, iri)] = None
        for form in variants(label, dated=known[iri].kind == "plan"):
            if not cited or len(form) < cited or f"({form})" in label:
                spellings[Spelling(form, iri)] = None
    spellings |= dict.fromkeys(Spelling(words) for words in refused)
    return Names(known, tuple(spellings), tuple(titles))


def _cited(label: str, country: str) -> int:
    """Where the number or date ends by which a label cites its thing; 0 where it does not begin with one."""
    found = [
        one.end for one in (*find_eu_acts(label, Names()), *find_numbered(label, Names())) if one.start <= _ARTICLE
    ]
    dated = [end for start, end, _ in acts_in(label, country) if start <= _ARTICLE]
    return max((*found, *dated), default=0)
