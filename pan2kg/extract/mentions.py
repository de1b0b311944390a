"""What a text names: acts, conventions, principles, goals, plans, instruments and bodies.

A number alone says little, so each needs its company: a convention with a number is one of the ILO only in a paragraph
or a document that speaks of the ILO. A number with a stroke is looked at from where it stands: what is before it says
the type and the community, and which of its two parts is the year. Until 2014 regulations were numbered before the
year, directives behind it; since 2015 the year is first in all of them. Two years that follow each other are a period.
A date does not identify one act: which one is meant is told by country, kind and date, and by the words that follow;
how the acts of a country are called stands in ``national_acts.toml``.

The steps are taken in order: numbered identifiers, dated national acts, names, what the text defines itself, short
forms. Of what overlaps, the longest stays, then the earlier step. Spans end with the number or the date and not with
the title; in a list each number is a mention; an abbreviation in brackets behind a name is no second mention.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from pan2kg.extract import names as naming
from pan2kg.extract.document import Document
from pan2kg.extract.names import Mention, NamesInText, NamesInTexts, Spelling, Thing, either, words, words_of

_FLAGS: Final = re.IGNORECASE
_ASIDE: Final = r"(?:\s*\([^()\n]{1,60}\))?"  # A title in brackets behind a number of a list


def find_mentions(
    document: Document | str, names: NamesInTexts, *, date: date | None = None, country: str = "", plan: str = ""
) -> tuple[Mention, ...]:
    """Everything a document names, in the order of its text.

    ``date`` is the day of the document: a body is called what it was called then, and a plan without edition is the
    latest before it. ``country`` is the code of its country in lower case, as the keys of plans begin with it: national
    acts are those of that country. ``plan`` is the IRI of the plan it is the text of: « PAN 2 » is of its subject, and
    its own name is no mention.

    >>> mentions = find_mentions("transposer la directive 2014/24/UE (« ladite directive ») ; ODD 8.7", NamesInTexts())
    >>> [(m.surface, m.target) for m in mentions][1:]
    [('ladite directive', 'http://data.europa.eu/eli/dir/2014/24/oj'), ('ODD 8.7', 'http://metadata.un.org/sdg/8.7')]
    """
    text = document if isinstance(document, str) else document.text
    bills = _bills(text, names, country)
    steps = [
        [*find_eu_acts(text, names), *find_numbered(text, names), *bills],
        list(find_national_acts(text, names, country)),
        list(NamesInText(text, names, day=date, country=country, plan=plan).mentions()),
    ]
    steps.append(list(naming.find_definitions(text, without_overlaps(steps))))
    steps.append(list(naming.find_short_forms(text, without_overlaps(steps))))
    apart = list(_without_repeats(text, without_overlaps(steps)))
    return tuple(mention for mention in apart if mention.kind and not (plan and mention.target == plan))


def without_overlaps(steps: Iterable[Iterable[Mention]]) -> list[Mention]:
    ranked = [(m.start - m.end, step, m.start, m) for step, mentions in enumerate(steps) for m in mentions]
    used = bytearray(max((mention.end for *_, mention in ranked), default=0))
    chosen: list[Mention] = []
    for *_, mention in sorted(ranked, key=lambda row: row[:3]):
        if not any(used[mention.start : mention.end]):
            used[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            chosen.append(mention)
    return sorted(chosen, key=lambda mention: mention.start)


def _without_repeats(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The mentions without abbreviations in brackets behind their name, and without the name before a list of numbers.

    In « Objectifs de développement durable 5 et 16 » the numbers are the mentions.
    """
    for at, mention in enumerate(mentions):
        before = mentions[at - 1] if at else None
        after = mentions[at + 1] if at + 1 < len(mentions) else None
        opened = text[before.end : mention.start].strip(' »”"’“') == "(" if before else False
        in_brackets = opened and text[mention.end : mention.end + 1] == ")"
        is_before_numbers = (
            mention.rule == "name" and after is not None and after.kind in ("sdg", "ungp")
            and text[mention.end : after.start].strip(" .n°ºo") == ""
        )  # fmt: skip
        if not is_before_numbers and not (in_brackets and before and before.target == mention.target):
            yield mention


def names_of(nameable: Iterable[Thing], labels: Iterable[tuple[str, str]], refused: Iterable[str] = ()) -> NamesInTexts:
    """What can be named and by which words: things, pairs of a thing’s IRI and a label, and words that name none.

    A label that cites its thing by a number or a date is no name: that is found wherever it stands, and the title
    behind it is no part of a mention.

    >>> act, law = Thing("i", "dir", "instrument", "eu-directive"), Thing("j", "loi", "instrument", "law", "lu")
    >>> labels = [("i", "Directive (EU) 2022/2464 on reporting (CSRD)"), ("j", "Loi du 8 avril 2018 sur les marchés")]
    >>> names = names_of([act, law], labels)
    >>> [spelling.words for spelling in names.spellings], len(names.titles)
    (['CSRD'], 2)
    """
    by_iri = {thing.iri: thing for thing in nameable}
    spellings: dict[Spelling, None] = {}
    titles: dict[Spelling, None] = {}
    for iri, label in labels:
        thing = by_iri.get(iri)
        if thing is None or thing.type == "bill":
            continue  # a bill is known by its number: what it is called is often the title of the act to be
        cited = 0  # where the number or date ends by which a label cites its thing, if it begins with one
        if thing.kind == "instrument":
            numbers = [
                (m.start, m.end) for m in (*find_eu_acts(label, NamesInTexts()), *find_numbered(label, NamesInTexts()))
            ]
            dates = [(start, end) for start, end, _, _ in acts_in(label, thing.country)]
            cited = max((end for start, end in (*numbers, *dates) if start <= 4), default=0)
        if cited:
            titles[Spelling(label, iri)] = None
        for form in naming.variants(label, dated=thing.kind == "plan"):
            if not cited or len(form) < cited or f"({form})" in label:
                spellings[Spelling(form, iri)] = None
    spellings |= dict.fromkeys(map(Spelling, refused))
    return NamesInTexts(by_iri, tuple(spellings), tuple(titles))


# Acts of the European Union

EU_ACT: Final = "eu-act"
_NUMBER: Final = re.compile(r"(?<![\d/.,-])(\d{1,4})/(\d{1,4})(?:/([A-Za-z]{2,7})\b)?(?![\d/]|[.,]\d)")
_CELEX: Final = re.compile(r"(?<!\w)(?:CELEX[: ]+)?([03])((?:19|20)\d\d)([LRDH])(\d{4})(?:-\d{8})?(?!\w)")
_ELI: Final = re.compile(r"https?://data\.europa\.eu/eli/([a-z_]+)/(\d{4})/(\d+)(?:/[a-z0-9-]+)*", re.IGNORECASE)
_LETTER: Final = {"dir": "L", "reg": "R", "dec": "D", "reco": "H"}
_WINDOW: Final = 140
_YEAR_FIRST: Final = 2015  # since that year the year stands first in the number of every act
_OLD: Final = range(52, 100)  # the years of the last century that were written with two digits


class _Before(NamedTuple):
    start: int
    type: str
    quality: str = ""
    plural: bool = False
    marked: bool = False
    community: bool = False


def celex_of(eli: str) -> str:
    match = _ELI.fullmatch(eli)
    kind = match[1].lower().partition("_")[0] if match else ""
    return f"3{match[2]}{_LETTER[kind]}{int(match[3]):04}" if match and kind in _LETTER else ""


@cache
def _eu_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    eu, number = words()["eu"], words()["number"]
    communities = rf"\(\s*{either(eu['communities'])}(?:\s*,\s*{either(eu['communities'])})*\s*\)"
    mark = either(number["marks"])
    types = "|".join(f"(?P<{kind}>{either(listed)})" for kind, listed in eu["type"].items())
    qualities = either(piece for listed in eu["quality"].values() for piece in listed)
    tail = rf"(?P<community>\s*{communities})?(?P<marked>\s*{mark})?\s*$"
    named = either(piece for key in ("del", "impl") for piece in eu["quality"][key])
    whole = rf"(?<![\w])(?P<word>(?:{named}\s+)?(?:[\w]+-)*\w*?(?:{types}))(?P<middle>(?:\s*{qualities})*){tail}"
    listed = rf"^\s*(?:{either(number['and'])}\s*)+(?P<number>(?:{communities}\s*)?(?:{mark}\s*)?)$"
    behind = r"\s*(?P<word>(?P<dir>directives?)|(?P<reg>regulations?)|(?P<dec>decisions?))\b"
    return re.compile(whole, _FLAGS), re.compile(listed, _FLAGS), re.compile(behind, _FLAGS)


@cache
def _quality(phrase: str) -> str:
    qualities = words()["eu"]["quality"]
    return next((key for key in ("del", "impl") if re.search(either(qualities[key]), phrase, _FLAGS)), "")


def find_eu_acts(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """Every act of the Union a text cites by a number.

    >>> text = "La directive 2014/24/UE, le règlement (CE) n° 1907/2006 ; exercice 2018/2019."
    >>> [(m.surface, m.target[26:]) for m in find_eu_acts(text, NamesInTexts())]
    [('directive 2014/24/UE', 'dir/2014/24/oj'), ('règlement (CE) n° 1907/2006', 'reg/2006/1907/oj')]
    """

    def mention(start: int, end: int, kind: str, numbers: tuple[int, int], rule: str) -> Mention:
        year, number = numbers
        eli = f"http://data.europa.eu/eli/{kind}/{year}/{number}/oj"
        thing = names.identified(f"celex:{celex_of(eli)}", eli, eli.removesuffix("/oj"))
        target, note = (thing.iri, "") if thing else (eli, "not-in-graph")
        return Mention(start, end, text[start:end], target, EU_ACT, rule, note)

    for match in _CELEX.finditer(text):
        kind = next(key for key, letter in _LETTER.items() if letter == match[3])
        yield mention(*match.span(), kind, (int(match[2]), int(match[4])), "celex")
    for match in _ELI.finditer(text):
        if match[1].lower().partition("_")[0] in _LETTER:
            yield mention(*match.span(), match[1].lower(), (int(match[2]), int(match[3])), "eli")
    previous: _Before | None = None
    last_end = -1
    behind = _eu_patterns()[2]
    for match in _NUMBER.finditer(text):
        before = _before(text, match.start(), previous, last_end)
        after = behind.match(text, match.end())
        community = (match[3] or "").upper()
        if before is None and after and community in words()["eu"]["communities"]:
            # « the 2014/95/EU Directive »
            before = _Before(match.start(), next(key for key in ("dir", "reg", "dec") if after[key]))
        elif before is None and match[3] in {"UE", "EU", "CE", "EC", "EG", "CEE", "EEC", "EWG"}:
            before = _Before(match.start(), "dir")  # « 2014/24/EU » alone
        numbers = _year_and_number(match, before) if before else None
        if before is None or numbers is None:
            continue
        end = match.end()
        if before.start == match.start() and after and not before.plural:
            end = after.end()
        previous, last_end = before, match.end()
        kind = f"{before.type}_{before.quality}" if before.quality else before.type
        yield mention(before.start, end, kind, numbers, "eu-number")


def _before(text: str, start: int, previous: _Before | None, last_end: int) -> _Before | None:
    whole, listed, _ = _eu_patterns()
    between = text[last_end:start] if previous and 0 <= start - last_end < 40 else ""
    if previous and (more := listed.match(between)):
        tail = more["number"]
        marked, community = "n" in tail.casefold(), "(" in tail
        return previous._replace(start=start - len(tail), plural=True, marked=marked, community=community)
    match = whole.search(text, max(0, start - _WINDOW), start)
    if match is None:
        return None
    kind = next(key for key in _LETTER if match[key])
    plural = match[kind].casefold() in words()["eu"]["plural"]["words"]
    place = start
    if not plural:
        place = match.start()
    elif match["community"] or match["marked"]:
        tails = text[match.end("middle") : start]
        place = match.end("middle") + len(tails) - len(tails.lstrip())
    quality = _quality(match["word"] + (match["middle"] or ""))
    return _Before(place, kind, quality, plural, bool(match["marked"]), bool(match["community"]))


def _year_and_number(match: re.Match[str], before: _Before) -> tuple[int, int] | None:
    suffix = (match[3] or "").upper()
    if suffix and suffix not in {community.upper() for community in words()["eu"]["communities"]}:
        return None
    left, right = match[1], match[2]

    def is_year(piece: str) -> bool:
        return len(piece) == 4 and 1952 <= int(piece) <= 2039

    if not (before.community or suffix):
        is_recent = is_year(right) and int(right) >= _YEAR_FIRST
        if before.type in ("dec", "reco") or (before.marked and is_recent):
            return None  # councils and ministries number their decisions too
    official = before.community or before.marked or bool(suffix)
    if suffix and len(left) == 2 and int(left) in _OLD:
        return 1900 + int(left), int(right)
    if official and len(right) == 2 and int(right) in _OLD and not is_year(left):
        return 1900 + int(right), int(left)
    if is_year(left) and is_year(right) and not official and int(right) > int(left):
        return None
    if is_year(right) and (not is_year(left) or (before.marked and int(right) < _YEAR_FIRST)):
        return int(right), int(left)
    return (int(left), int(right)) if is_year(left) and int(right) else None


# Acts of a country


@cache
def _national() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("national_acts.toml").read_text(encoding="utf-8"))


@cache
def _months() -> Mapping[str, int]:
    return {
        name.casefold(): number
        for months in _national()["months"].values()
        for number, alike in enumerate(months, 1)
        for name in alike.split("|")
    }


def _kinds(country: str) -> Mapping[str, Mapping[str, Any]]:
    acts: Mapping[str, Mapping[str, Any]] = _national()["act"]
    return acts.get(country, acts["any"])


@cache
def _dated(country: str) -> re.Pattern[str]:
    between, mark = _national()["between"], either(words()["number"]["marks"])
    kinds = "|".join(f"(?P<{key.replace('-', '_')}>{either(row['words'])})" for key, row in _kinds(country).items())
    # the hyphen before a date is that of « 2017-399 », a number laws have in some countries
    number = rf"(?:\s+(?:{mark}\s*)?\d[\d./-]*,?)?"
    return re.compile(
        rf"(?<![\w-])(?:{kinds})(?:\s+{either(between['amended'])})*{number},?\s+{either(between['date'])}\s+"
        rf"(?P<day>\d{{1,2}})(?:er|\.|st|nd|rd|th)?\s+(?:de\s+)?(?P<month>{either(_months())}),?\s+(?:de\s+)?"
        r"(?P<year>\d{4})(?!\d)",
        _FLAGS,
    )


def acts_in(text: str, country: str) -> Iterator[tuple[int, int, str, str]]:
    for match in _dated(country).finditer(text):
        kind = next(key for key in _kinds(country) if match[key.replace("-", "_")])
        try:
            day = date(int(match["year"]), _months()[match["month"].casefold()], int(match["day"]))
        except ValueError:
            continue  # the 31st of June
        yield *match.span(), f"{country}:{_kinds(country)[kind]['code']}:{day.isoformat()}", kind


def find_national_acts(text: str, names: NamesInTexts, country: str) -> Iterator[Mention]:
    """Every act of a country that a text cites by its date.

    Several acts of one kind may be of one day: the words that follow decide, and where they do not all are choices.
    """
    by_identifier: Mapping[str, Sequence[str]] = {}
    for start, end, identifier, _ in acts_in(text, country):
        by_identifier = by_identifier or _acts_by_identifier(names, country)
        iris = tuple(by_identifier.get(identifier, ()))
        if len(iris) > 1:
            after = text[end : end + 220].partition("\n\n")[0]
            following = {word for _, _, word in words_of(after) if len(word) > 4}
            shared = {iri: len(following & set().union(*names.title_words(iri, longer=0))) for iri in iris}
            iris = tuple(iri for iri in iris if shared[iri] == max(shared.values()))
        target = iris[0] if len(iris) == 1 else "" if iris else identifier
        note = "" if len(iris) == 1 else "several" if iris else "not-in-graph"
        choices = iris if len(iris) > 1 else ()
        yield Mention(start, end, text[start:end], target, "national-act", "dated-act", note, choices=choices)


def _acts_by_identifier(names: NamesInTexts, country: str) -> dict[str, tuple[str, ...]]:
    acts: dict[str, dict[str, None]] = {}
    for spelling in (*names.titles, *names.spellings):
        thing = names.things.get(spelling.iri)
        if thing and thing.kind == "instrument" and thing.country in (country, ""):
            for start, _, identifier, kind in acts_in(spelling.words, country):
                if start < 4 or thing.type == kind:
                    acts.setdefault(identifier, {})[thing.iri] = None
                break
    return {identifier: tuple(iris) for identifier, iris in acts.items()}


def _bills(text: str, names: NamesInTexts, country: str) -> Iterator[Mention]:
    table = _national()["bill"].get(country)
    if table is None:
        return
    mark = rf"(?:{either(words()['number']['marks'])}\s*)?"
    pattern = rf"\b{either(words()['bill']['words'])}\s+{mark}(?P<number>\d{{4,5}}[A-Z]?)\b"
    for match in re.finditer(pattern, text, _FLAGS):
        number, code = match["number"], table["code"]
        thing = names.identified(f"{country}-{code}-{number}", f"{country}-bill-{number}")
        target, note = (thing.iri, "") if thing else (f"{country}:{code}:{number}", "not-in-graph")
        yield Mention(*match.span(), match[0], target, "bill", "bill-number", note)


# What is cited by another number


def find_numbered(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """Everything a text cites by a number that is not of an act of the Union or of a country.

    >>> text = "Conventions n° 29 et 105 de l’OIT, ODD 8 et cible 8.7 ; Principes directeurs 25 à 27"
    >>> [(m.surface, m.target) for m in find_numbered(text, NamesInTexts())][:3]
    [('29', 'ilo:C029'), ('105 de l’OIT', 'ilo:C105'), ('ODD 8', 'http://metadata.un.org/sdg/8')]
    """
    for find in (_ilo, _sdg, _ungp, _resolutions):
        yield from find(text, names)


def _target(names: NamesInTexts, identifier: str, *keys: str) -> tuple[str, str]:
    thing = names.identified(identifier, *keys)
    return (thing.iri, "") if thing else (identifier, "not-in-graph")


@cache
def _ilo_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    ilo, number = words()["ilo"], words()["number"]
    mark, digits = rf"(?:{either(number['marks'])}\s*)?", r"(?P<number>\d{1,3})"
    organisation, listing = either(ilo["organisation"]), either(number["and"])
    behind = rf"(?:\s*,?\s*{either(ilo['of'])}{organisation}(?!\w))?"
    ahead = rf"(?:{organisation}(?:\s*\({organisation}\))?[ -])?"
    single = rf"\(?{mark}(?:C\s?0?)?(?P<number>\d{{1,3}})(?![\d°]|[/.]\d|\s*%)\)?"
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
    code = r"(?-i:C0?(?P<code>\d{2,3}))(?![\w/])"
    return (
        re.compile(rf"(?<!\w){ahead}{convention}{kind}\s*{single}{behind}", _FLAGS),
        re.compile(rf"{_ASIDE}\s*{listing}\s*{mark}(?:C\s?0?)?{digits}(?!\d|[/.]\d|\s*%){behind}", _FLAGS),
        re.compile(rf"(?<!\w)(?:{protocol}|P0?29(?!\d))", _FLAGS),
        re.compile(rf"(?<!\w)(?:{convention},?\s*(?:\d{{4}}\s*)?\({mark}C?\s?0?{digits}\)|{code})", _FLAGS),
    )


def _ilo(text: str, names: NamesInTexts) -> Iterator[Mention]:
    cited, listed, protocols, titled = _ilo_patterns()
    ilo = words()["ilo"]
    speaks = re.search(rf"(?<!\w){either(ilo['spoken'])}(?!\w)", text, _FLAGS) is not None

    def convention(start: int, end: int, number: str) -> Iterator[Mention]:
        if 0 < int(number) < 192:
            target, note = _target(names, f"ilo:C{int(number):03}", f"ilo-c{int(number):03}")
            yield Mention(start, end, text[start:end], target, "ilo", "ilo-number", note)

    for match in protocols.finditer(text):
        if re.search(r"29|forc|zwang", match[0], _FLAGS):
            target, note = _target(names, "ilo:P029", "ilo-p029")
            yield Mention(*match.span(), match[0], target, "ilo", "ilo-protocol", note)
    for match in cited.finditer(text):
        if not speaks and not re.search(r"C\s?0?\d", match[0]):
            # words of the title may follow: « Convention 182 on the worst forms of child labour »
            thing = names.identified(f"ilo-c{int(match['number']):03}")
            after = {word for _, _, word in words_of(text[match.end() : match.end() + 60].partition("\n\n")[0])}
            titles = names.title_words(thing.iri, longer=3) if thing else ()
            if not any(len(after & title) > 1 for title in titles):
                continue
        many = re.search(either(ilo["plural"]), match[0], _FLAGS) is not None
        yield from convention(match.start("number") if many else match.start(), match.end(), match["number"])
        end = match.end()
        while more := listed.match(text, end):
            end = more.end()
            yield from convention(more.start("number"), end, more["number"])
    for match in titled.finditer(text) if speaks else ():
        start = match.start() if match["code"] else _title_start(text, match.start())
        yield from convention(start, match.end(), match["number"] or match["code"])


def _title_start(text: str, end: int) -> int:
    start, first = end, max(0, end - 120)
    for word in reversed(list(re.finditer(r"\S+", text[first:end]))):
        if word[0][0].isupper() or word[0][0] == "(":
            start = first + word.start()
        elif word[0] not in ("of", "the", "and", "to", "on", "for", "in"):
            break
    return start


@cache
def _sdg_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    sdg, number = words()["sdg"], words()["number"]
    goal, target, mark = either(sdg["goal"]), either(sdg["target"]), rf"(?:{either(number['marks'])}\s*)?"
    of, digits = rf"{either(sdg['of'])}\s*", r"(?P<number>\d{1,2}(?:\.[0-9a-d]{1,2})?)(?![\d/%]|\.\d|\s*%)"
    of_agenda = rf"(?=\s+{of}{either(sdg['agenda'])})"
    short = rf"{either(sdg['short'])}\s+{mark}{digits.replace('number', 'short')}{of_agenda}"
    of_goal = rf"(?=(?:{of})?(?:{goal}|goal|objectif)\s*{mark}(?P<goal>\d{{1,2}})(?![\d.]))"
    return (
        re.compile(rf"(?<!\w)(?:{goal}(?:[ -](?P<target>{target}))?\s*{mark}{digits}|{short})", _FLAGS),
        re.compile(rf"(?<!\w)(?P<target>{target})\s*{mark}(?P<number>\d{{1,2}}\.[0-9a-d]{{1,2}})(?![\d/%])", _FLAGS),
        re.compile(rf"{_ASIDE}\s*{either(number['and'])}\s*{digits}", _FLAGS),
        re.compile(rf"(?<!\w){target}\s*{mark}(?P<part>\d{{1,2}}|[a-d])\s+{of_goal}", _FLAGS),
    )


def _sdg(text: str, names: NamesInTexts) -> Iterator[Mention]:
    goals, targets, listed, part_of = _sdg_patterns()

    def mention(start: int, end: int, number: str) -> Iterator[Mention]:
        if 0 < int(number.partition(".")[0]) <= 17:
            target, note = _target(names, f"http://metadata.un.org/sdg/{number}", f"sdg-{number}")
            yield Mention(start, end, text[start:end], target, "sdg", "sdg-number", note)

    for match in part_of.finditer(text):
        yield from mention(match.start(), match.end("part"), f"{match['goal']}.{match['part']}")
    for match in (match for pattern in (goals, targets) for match in pattern.finditer(text)):
        number, end = match.groupdict().get("number") or match["short"], match.end()
        # abbreviations have no plural of their own
        is_plural = re.search(r"(?:s|ODD|SDG|ODS|Ziele|n)\b", match[0].rstrip("0123456789. "), _FLAGS)
        many = is_plural is not None and listed.match(text, end) is not None
        yield from mention(end - len(number) if many else match.start(), end, number)
        while many and (more := listed.match(text, end)):
            end = more.end("number")
            yield from mention(more.start("number"), end, more["number"])


@cache
def _ungp_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    ungp, number = words()["ungp"], words()["number"]
    mark = rf"(?:{either(number['marks'])}\s*)?"
    until = rf"(?:\s*(?P<to>{either(number['to'])})\s*{mark}(?P<last>\d{{1,2}})[a-f]?)?"
    numbers = rf"{mark}(?P<first>\d{{1,2}})[a-f]?{until}(?![\d/%]|\.\d)"
    more = rf"\s*{either(number['and'])}\s*{mark}(?P<first>\d{{1,2}})[a-f]?(?![\d/%a-z]|\.\d)"
    return (
        re.compile(rf"(?<!\w){either(ungp['guiding'])}\s+{numbers}", _FLAGS),
        re.compile(rf"(?<!\w)(?P<word>{either(ungp['plain'])})\s+{numbers}", _FLAGS),
        re.compile(more, _FLAGS),
    )


def _ungp(text: str, names: NamesInTexts) -> Iterator[Mention]:
    guiding, plain, listed = _ungp_patterns()
    speaks = re.search(rf"(?<!\w){either(words()['ungp']['capital'])}(?!\w)", text) is not None

    def mention(start: int, end: int, first: str, last: str | None = None) -> Iterator[Mention]:
        numbers = range(int(first), int(last or first) + 1)
        if numbers and numbers[0] > 0 and numbers[-1] <= 31:
            targets = [_target(names, f"un:UNGP-{number}", f"ungp-{number}") for number in numbers]
            others = tuple(target for target, _ in targets[1:])
            yield Mention(start, end, text[start:end], targets[0][0], "ungp", "ungp-number", targets[0][1], others)

    for match in (match for pattern in (guiding, plain) for match in pattern.finditer(text)):
        if not speaks and (match.re is plain or match[0].startswith("GP")):
            continue  # principles and « GP » are numbered in many texts
        end = match.end()
        more = listed.match(text, end) if not match["to"] else None
        yield from mention(match.start("first") if more else match.start(), end, match["first"], match["last"])
        while more:
            end = more.end()
            yield from mention(more.start("first"), end, more["first"])
            more = listed.match(text, end)


@cache
def _resolution_patterns() -> Mapping[str, re.Pattern[str]]:
    un, mark = words()["un"], rf"(?:{either(words()['number']['marks'])}\s*)?"
    resolution = either(un["resolution"])
    organs = {
        "SCR": (un["council"], r"(?P<number>\d{3,4})(?:\s*\(\d{4}\))?(?![\d/])"),
        "HRC": (un["rights"], r"(?P<number>\d{1,2}/\d{1,3})(?!\d)"),
        "GA": (un["assembly"], r"(?P<number>\d{2}/\d{1,3})(?!\d)"),
    }
    of = r"\s+(?:d[ue]s?|de la|of the|des|der|adoptée par le)\s+"
    nations = r"(?:(?:\s+(?:des|der|of the))?\s+(?:nations unies|united nations|vereinten nationen)|\s+de l['’]ONU)?"
    return {
        organ: re.compile(
            rf"(?<!\w)(?:(?:(?:UN|VN|UNO|United Nations)[ -])?{either(listed)}(?:[ -]{resolution})?\s*{mark}{digits}"
            rf"|{resolution}\s+{mark}{digits.replace('number', 'second')}{of}(?:UN[ -])?{either(listed)}{nations}"
            r"(?!\w))",
            _FLAGS,
        )
        for organ, (listed, digits) in organs.items()
    }


def _resolutions(text: str, names: NamesInTexts) -> Iterator[Mention]:
    prefixes = {"SCR": "unscr", "HRC": "hrc-res", "GA": "unga-res"}
    for organ, pattern in _resolution_patterns().items():
        for match in pattern.finditer(text):
            number = match["number"] or match["second"]
            target, note = _target(names, f"un:{organ}-{number}", f"{prefixes[organ]}-{number}".replace("/", "-"))
            yield Mention(*match.span(), match[0], target, "un", "un-resolution", note)
