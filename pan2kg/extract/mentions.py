"""What a text names: acts, conventions, principles, goals, plans, instruments and bodies.

A number alone says little, so each needs its company: a convention with a number is one of the ILO
only in a paragraph or a document that speaks of the ILO. A number with a stroke is looked at from
where it stands: what is before it says the type and the community, and which of its two parts is
the year. Until 2014 regulations were numbered before the year, directives behind it; since 2015 the
year is first in all of them. Two years that follow each other are a period. A date does not
identify one act: which one is meant is told by country, kind and date, and by the words that
follow; how the acts of a country are called stands in ``national_acts.toml``.

The steps are taken in order: numbered identifiers, dated national acts, names, what the text
defines itself, short forms. Of what overlaps, the longest stays, then the earlier step. Spans end
with the number or the date and not with the title; in a list each number is a mention; an
abbreviation in brackets behind a name is no second mention.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from pan2kg.extract import names as naming
from pan2kg.extract.document import Document, table
from pan2kg.extract.names import Mention, NamesInTexts, Spelling, Thing, either, pattern

_FLAGS: Final = re.IGNORECASE


def find_mentions(
    document: Document | str,
    names: NamesInTexts,
    *,
    date: date | None = None,
    country: str = "",
    plan: str = "",
) -> tuple[Mention, ...]:
    """Everything a document names, in the order of its text.

    ``date`` is the day of the document: a body is called what it was called then, and a plan
    without edition is the latest before it. ``country`` is the code of its country in lower case,
    whose national acts it cites. ``plan`` is the IRI of the plan it is the text of, whose own name
    is no mention.
    """
    text = document if isinstance(document, str) else document.text
    called = naming.NamesInText(text, names, date, country, plan).mentions()
    numbered = [
        *find_eu_acts(text, names),
        *find_numbered(text, names),
        *_bills(text, names, country),
    ]
    steps = [numbered, list(find_national_acts(text, names, country)), list(called)]
    steps.append(list(naming.find_definitions(text, without_overlaps(steps))))
    steps.append(list(naming.find_short_forms(text, without_overlaps(steps))))
    mentions = without_overlaps(steps)
    apart = []
    for at, mention in enumerate(mentions):
        before = mentions[at - 1] if at else None
        after = mentions[at + 1] if at + 1 < len(mentions) else None
        # an abbreviation in brackets behind its name
        is_opened = before is not None and text[before.end : mention.start].strip(' »”"’“') == "("
        is_repeated = is_opened and text[mention.end : mention.end + 1] == ")"
        is_repeated = is_repeated and before is not None and before.target == mention.target
        # in « Objectifs de développement durable 5 et 16 » the numbers are the mentions
        is_before_numbers = (
            mention.rule == "name" and after is not None and after.kind in ("sdg", "ungp")
        )
        if after is not None and is_before_numbers:
            is_before_numbers = text[mention.end : after.start].strip(" .n°ºo") == ""
        is_own = bool(plan) and mention.target == plan
        if mention.kind and not is_own and not is_before_numbers and not is_repeated:
            apart.append(mention)
    return tuple(apart)


def without_overlaps(steps: Iterable[Iterable[Mention]]) -> list[Mention]:
    ranked = [
        (m.start - m.end, step, m.start, m) for step, mentions in enumerate(steps) for m in mentions
    ]
    used = bytearray(max((mention.end for *_, mention in ranked), default=0))
    chosen: list[Mention] = []
    for *_, mention in sorted(ranked, key=lambda row: row[:3]):
        if not any(used[mention.start : mention.end]):
            used[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            chosen.append(mention)
    return sorted(chosen, key=lambda mention: mention.start)


def names_of(
    nameable: Iterable[Thing], labels: Iterable[tuple[str, str]], refused: Iterable[str] = ()
) -> NamesInTexts:
    """What can be named and by which words: things, pairs of a thing’s IRI and a label, and words that name none.

    A label that cites its thing by a number or a date is no name: that is found wherever it stands.
    """
    by_iri = {thing.iri: thing for thing in nameable}
    spellings: dict[Spelling, None] = {}
    titles: dict[Spelling, None] = {}
    for iri, label in labels:
        thing = by_iri.get(iri)
        if thing is None or thing.type == "bill":
            # a bill is known by its number: what it is called is often the title of the act to be
            continue
        # where the number or date ends by which a label cites its thing, if it begins with one
        cited = 0
        if thing.kind == "instrument":
            numbers = (*find_eu_acts(label, NamesInTexts()), *find_numbered(label, NamesInTexts()))
            spans = [(m.start, m.end) for m in numbers] + [
                span[:2] for span in acts_in(label, thing.country)
            ]
            cited = max((end for start, end in spans if start <= 4), default=0)
        if cited:
            titles[Spelling(label, iri)] = None
        for form in naming.variants(label, dated=thing.kind == "plan"):
            if not cited or len(form) < cited or f"({form})" in label:
                spellings[Spelling(form, iri)] = None
    spellings |= dict.fromkeys(map(Spelling, refused))
    return NamesInTexts(by_iri, tuple(spellings), tuple(titles))


# Acts of the European Union

EU_ACT: Final = "eu-act"
_NUMBER: Final = re.compile(
    r"(?<![\d/.,-])(\d{1,4})/(\d{1,4})(?:/([A-Za-z]{2,7})\b)?(?![\d/]|[.,]\d)"
)
_CELEX: Final = re.compile(
    r"(?<!\w)(?:CELEX[: ]+)?([03])((?:19|20)\d\d)([LRDH])(\d{4})(?:-\d{8})?(?!\w)"
)
_ELI: Final = re.compile(
    r"https?://data\.europa\.eu/eli/([a-z_]+)/(\d{4})/(\d+)(?:/[a-z0-9-]+)*", re.IGNORECASE
)
_LETTER: Final = {"dir": "L", "reg": "R", "dec": "D", "reco": "H"}
_WINDOW: Final = 140
_YEAR_FIRST: Final = 2015  # since that year the year stands first in the number of every act
_OLD: Final = range(52, 100)  # the years of the last century that were written with two digits

# what stands before a number: where it begins, the type, its quality, whether in the plural, « n°
# », community
_Before = tuple[int, str, str, bool, bool, bool]


def celex_of(eli: str) -> str:
    match = _ELI.fullmatch(eli)
    kind = match[1].lower().partition("_")[0] if match else ""
    return f"3{match[2]}{_LETTER[kind]}{int(match[3]):04}" if match and kind in _LETTER else ""


def find_eu_acts(text: str, names: NamesInTexts) -> Iterator[Mention]:
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
    communities = table("mentions")["eu"]["communities"]
    for match in _NUMBER.finditer(text):
        before = _before(text, match.start(), previous, last_end)
        after = pattern("eu-behind").match(text, match.end())
        community = (match[3] or "").upper()
        if before is None and after and community in communities:
            # « the 2014/95/EU Directive »
            kind = next(key for key in ("dir", "reg", "dec") if after[key])
            before = match.start(), kind, "", False, False, False
        elif before is None and match[3] in {"UE", "EU", "CE", "EC", "EG", "CEE", "EEC", "EWG"}:
            before = match.start(), "dir", "", False, False, False  # « 2014/24/EU » alone
        numbers = _year_and_number(match, before) if before else None
        if before is None or numbers is None:
            continue
        start, kind, quality, is_plural, *_ = before
        end = after.end() if start == match.start() and after and not is_plural else match.end()
        previous = before
        last_end = match.end()
        yield mention(start, end, f"{kind}_{quality}" if quality else kind, numbers, "eu-number")


def _before(text: str, start: int, previous: _Before | None, last_end: int) -> _Before | None:
    between = text[last_end:start] if previous and 0 <= start - last_end < 40 else ""
    if previous and (more := pattern("eu-listed").match(between)):
        tail = more["number"]
        return (
            start - len(tail),
            previous[1],
            previous[2],
            True,
            "n" in tail.casefold(),
            "(" in tail,
        )
    match = pattern("eu-act").search(text, max(0, start - _WINDOW), start)
    if match is None:
        return None
    kind = next(key for key in _LETTER if match[key])
    is_plural = match[kind].casefold() in table("mentions")["eu"]["plural"]["words"]
    place = start if is_plural else match.start()
    if is_plural and (match["community"] or match["marked"]):
        tails = text[match.end("middle") : start]
        place = match.end("middle") + len(tails) - len(tails.lstrip())
    phrase = match["word"] + (match["middle"] or "")
    qualities = table("mentions")["eu"]["quality"]
    quality = next(
        (key for key in ("del", "impl") if re.search(either(qualities[key]), phrase, _FLAGS)), ""
    )
    return place, kind, quality, is_plural, bool(match["marked"]), bool(match["community"])


def _year_and_number(match: re.Match[str], before: _Before) -> tuple[int, int] | None:
    (left, right) = match.group(1, 2)
    suffix = (match[3] or "").upper()
    _, kind, _, _, is_marked, has_community = before
    if suffix and suffix not in {
        community.upper() for community in table("mentions")["eu"]["communities"]
    }:
        return None
    first = int(left)
    second = int(right)
    is_left, is_right = (len(piece) == 4 and 1952 <= int(piece) <= 2039 for piece in (left, right))
    is_numbered_elsewhere = kind in ("dec", "reco") or (
        is_marked and is_right and second >= _YEAR_FIRST
    )
    if is_numbered_elsewhere and not (has_community or suffix):
        return None  # councils and ministries number their decisions too
    is_official = has_community or is_marked or bool(suffix)
    if suffix and len(left) == 2 and first in _OLD:
        return 1900 + first, second
    if is_official and len(right) == 2 and second in _OLD and not is_left:
        return 1900 + second, first
    if is_left and is_right and not is_official and second > first:
        return None
    if is_right and (not is_left or (is_marked and second < _YEAR_FIRST)):
        return second, first
    return (first, second) if is_left and second else None


# Acts of a country


@cache
def _months() -> Mapping[str, int]:
    listed = table("national_acts")["months"].values()
    numbered = (pair for months in listed for pair in enumerate(months, 1))
    return {name.casefold(): number for number, alike in numbered for name in alike.split("|")}


def _kinds(country: str) -> Mapping[str, Mapping[str, Any]]:
    acts: Mapping[str, Mapping[str, Any]] = table("national_acts")["act"]
    return acts.get(country, acts["any"])


@cache
def _dated(country: str) -> re.Pattern[str]:
    between = table("national_acts")["between"]
    mark = either(table("mentions")["number"]["marks"])
    kinds = "|".join(
        f"(?P<{key.replace('-', '_')}>{either(row['words'])})"
        for key, row in _kinds(country).items()
    )
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
    """Of several acts of one kind and day the words that follow decide; where they do not, all are choices."""
    by_identifier: Mapping[str, Sequence[str]] = {}
    for start, end, identifier, _ in acts_in(text, country):
        by_identifier = by_identifier or _acts_by_identifier(names, country)
        iris = tuple(by_identifier.get(identifier, ()))
        if len(iris) > 1:
            after = text[end : end + 220].partition("\n\n")[0]
            following = {word for _, _, word in naming.words_of(after) if len(word) > 4}
            shared = {
                iri: len(following & set().union(*names.title_words(iri, longer=0))) for iri in iris
            }
            iris = tuple(iri for iri in iris if shared[iri] == max(shared.values()))
        target = iris[0] if len(iris) == 1 else "" if iris else identifier
        note = "" if len(iris) == 1 else "several" if iris else "not-in-graph"
        choices = iris if len(iris) > 1 else ()
        yield Mention(
            start, end, text[start:end], target, "national-act", "dated-act", note, choices=choices
        )


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
    bill = table("national_acts")["bill"].get(country)
    for match in pattern("bill").finditer(text) if bill else ():
        number = match["number"]
        code = bill["code"]
        thing = names.identified(f"{country}-{code}-{number}", f"{country}-bill-{number}")
        target, note = (thing.iri, "") if thing else (f"{country}:{code}:{number}", "not-in-graph")
        yield Mention(*match.span(), match[0], target, "bill", "bill-number", note)


# What is cited by another number


def find_numbered(text: str, names: NamesInTexts) -> Iterator[Mention]:
    for find in (_ilo, _sdg, _ungp, _resolutions):
        yield from find(text, names)


def _target(names: NamesInTexts, identifier: str, *keys: str) -> tuple[str, str]:
    thing = names.identified(identifier, *keys)
    return (thing.iri, "") if thing else (identifier, "not-in-graph")


def _ilo(text: str, names: NamesInTexts) -> Iterator[Mention]:
    speaks = pattern("ilo-spoken").search(text) is not None

    def convention(start: int, end: int, number: str) -> Iterator[Mention]:
        if 0 < int(number) < 192:
            target, note = _target(names, f"ilo:C{int(number):03}", f"ilo-c{int(number):03}")
            yield Mention(start, end, text[start:end], target, "ilo", "ilo-number", note)

    for match in pattern("ilo-protocol").finditer(text):
        if re.search(r"29|forc|zwang", match[0], _FLAGS):
            target, note = _target(names, "ilo:P029", "ilo-p029")
            yield Mention(*match.span(), match[0], target, "ilo", "ilo-protocol", note)
    for match in pattern("ilo").finditer(text):
        if not speaks and not re.search(r"C\s?0?\d", match[0]):
            # words of the title may follow: « Convention 182 on the worst forms of child labour »
            thing = names.identified(f"ilo-c{int(match['number']):03}")
            following = text[match.end() : match.end() + 60].partition("\n\n")[0]
            after = {word for _, _, word in naming.words_of(following)}
            if not any(
                len(after & title) > 1
                for title in (names.title_words(thing.iri, longer=3) if thing else ())
            ):
                continue
        is_plural = pattern("ilo-plural").search(match[0]) is not None
        yield from convention(
            match.start("number") if is_plural else match.start(), match.end(), match["number"]
        )
        end = match.end()
        while more := pattern("ilo-listed").match(text, end):
            end = more.end()
            yield from convention(more.start("number"), end, more["number"])
    for match in pattern("ilo-titled").finditer(text) if speaks else ():
        start = match.start() if match["code"] else _title_start(text, match.start())
        yield from convention(start, match.end(), match["number"] or match["code"])


def _title_start(text: str, end: int) -> int:
    start = end
    first = max(0, end - 120)
    for word in reversed(list(re.finditer(r"\S+", text[first:end]))):
        if word[0][0].isupper() or word[0][0] == "(":
            start = first + word.start()
        elif word[0] not in ("of", "the", "and", "to", "on", "for", "in"):
            break
    return start


def _sdg(text: str, names: NamesInTexts) -> Iterator[Mention]:
    def mention(start: int, end: int, number: str) -> Iterator[Mention]:
        if 0 < int(number.partition(".")[0]) <= 17:
            target, note = _target(names, f"http://metadata.un.org/sdg/{number}", f"sdg-{number}")
            yield Mention(start, end, text[start:end], target, "sdg", "sdg-number", note)

    listed = pattern("sdg-listed")
    for match in pattern("sdg-of-goal").finditer(text):
        yield from mention(match.start(), match.end("part"), f"{match['goal']}.{match['part']}")
    for match in (
        match for name in ("sdg", "sdg-target") for match in pattern(name).finditer(text)
    ):
        number = match.groupdict().get("number") or match["short"]
        end = match.end()
        # abbreviations have no plural of their own
        is_plural = re.search(
            r"(?:s|ODD|SDG|ODS|Ziele|n)\b", match[0].rstrip("0123456789. "), _FLAGS
        )
        is_list = is_plural is not None and listed.match(text, end) is not None
        yield from mention(end - len(number) if is_list else match.start(), end, number)
        while is_list and (more := listed.match(text, end)):
            end = more.end("number")
            yield from mention(more.start("number"), end, more["number"])


def _ungp(text: str, names: NamesInTexts) -> Iterator[Mention]:
    speaks = pattern("capital", 0).search(text) is not None

    def mention(start: int, end: int, first: str, last: str | None = None) -> Iterator[Mention]:
        numbers = range(int(first), int(last or first) + 1)
        if numbers and numbers[0] > 0 and numbers[-1] <= 31:
            targets = [_target(names, f"un:UNGP-{number}", f"ungp-{number}") for number in numbers]
            others = tuple(target for target, _ in targets[1:])
            yield Mention(
                start,
                end,
                text[start:end],
                targets[0][0],
                "ungp",
                "ungp-number",
                targets[0][1],
                others,
            )

    for name in ("ungp", "ungp-plain"):
        for match in pattern(name).finditer(text):
            if not speaks and (name == "ungp-plain" or match[0].startswith("GP")):
                continue  # principles and « GP » are numbered in many texts
            end = match.end()
            more = pattern("ungp-listed").match(text, end) if not match["to"] else None
            yield from mention(
                match.start("first") if more else match.start(), end, match["first"], match["last"]
            )
            while more:
                end = more.end()
                yield from mention(more.start("first"), end, more["first"])
                more = pattern("ungp-listed").match(text, end)


def _resolutions(text: str, names: NamesInTexts) -> Iterator[Mention]:
    for organ, prefix in {"SCR": "unscr", "HRC": "hrc-res", "GA": "unga-res"}.items():
        for match in pattern(f"un-{organ}").finditer(text):
            number = match["number"] or match["second"]
            target, note = _target(
                names, f"un:{organ}-{number}", f"{prefix}-{number}".replace("/", "-")
            )
            yield Mention(*match.span(), match[0], target, "un", "un-resolution", note)
