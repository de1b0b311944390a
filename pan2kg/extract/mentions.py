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
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from pan2kg.extract import names as naming
from pan2kg.extract.document import Document, Span, table
from pan2kg.extract.names import Mention, NamesInTexts, Spelling, Thing, either, pattern

_FLAGS = re.IGNORECASE


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

    >>> text = "La directive 2014/24/UE et la convention n° 87 de l’OIT."
    >>> [mention.surface for mention in find_mentions(text, NamesInTexts())]
    ['directive 2014/24/UE', 'convention n° 87 de l’OIT']
    """
    text = document if isinstance(document, str) else document.text
    steps = [
        [*find_eu_acts(text, names), *find_numbered(text, names), *_bills(text, names, country)],
        list(find_national_acts(text, names, country)),
        list(naming.NamesInText(text, names, date, country, plan).mentions()),
    ]
    steps.append(list(naming.find_definitions(text, without_overlaps(steps))))
    steps.append(list(naming.find_short_forms(text, without_overlaps(steps))))
    mentions = without_overlaps(steps)
    apart = []
    for at, mention in enumerate(mentions):
        names_nothing = not mention.kind
        is_own = bool(plan) and mention.target == plan
        if names_nothing or is_own:
            continue
        is_repeated = at > 0 and _is_abbreviation_of(text, mention, mentions[at - 1])
        following = mentions[at + 1] if at + 1 < len(mentions) else None
        if not is_repeated and not _is_before_numbers(text, mention, following):
            apart.append(mention)
    return tuple(apart)


def _is_abbreviation_of(text: str, mention: Mention, before: Mention) -> bool:
    """Whether a mention is the abbreviation in brackets behind its name."""
    opening = text[before.end : mention.start].strip(' »”"’“')
    closing = text[mention.end : mention.end + 1]
    return opening == "(" and closing == ")" and before.target == mention.target


def _is_before_numbers(text: str, mention: Mention, following: Mention | None) -> bool:
    """In « Objectifs de développement durable 5 et 16 » the numbers are the mentions."""
    if mention.rule != "name" or following is None or following.kind not in ("sdg", "ungp"):
        return False
    return text[mention.end : following.start].strip(" .n°ºo") == ""


def without_overlaps(steps: Iterable[Iterable[Mention]]) -> list[Mention]:
    """Of mentions that overlap the longest, then that of the earlier step, then the first; in the order of the text.

    >>> mentions = [Mention(0, 4, "", "a", "", ""), Mention(2, 9, "", "b", "", "")]
    >>> [mention.target for mention in without_overlaps([mentions])]
    ['b']
    """
    # sorting keeps the order of equals: the longest, of these by step, and then by place
    ranked = [mention for mentions in steps for mention in sorted(mentions, key=_start)]
    ranked.sort(key=lambda mention: mention.start - mention.end)
    used = bytearray(max((mention.end for mention in ranked), default=0))
    chosen = []
    for mention in ranked:
        if not any(used[mention.start : mention.end]):
            used[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            chosen.append(mention)
    return sorted(chosen, key=_start)


def _start(mention: Mention) -> int:
    return mention.start


def names_of(
    nameable: Iterable[Thing], labels: Iterable[tuple[str, str]], refused: Iterable[str] = ()
) -> NamesInTexts:
    """What can be named and by which words: things, pairs of a thing’s IRI and a label, and words that name none.

    A label that cites its thing by a number or a date is no name: that is found wherever it stands.

    >>> act = Thing("i:act", "dir-2014-24", "instrument")
    >>> names = names_of([act], [("i:act", "Directive 2014/24/UE sur les marchés (DMP)")])
    >>> [spelling.words for spelling in names.spellings]
    ['DMP']
    """
    by_iri = {thing.iri: thing for thing in nameable}
    spellings: dict[Spelling, None] = {}
    titles: dict[Spelling, None] = {}
    for iri, label in labels:
        thing = by_iri.get(iri)
        if thing is None or thing.type == "bill":
            # a bill is known by its number: what it is called is often the title of the act to be
            continue
        citation_end = _citation_end(label, thing) if thing.kind == "instrument" else 0
        if citation_end:
            titles[Spelling(label, iri)] = None
        for form in naming.variants(label, dated=thing.kind == "plan"):
            if not citation_end or len(form) < citation_end or f"({form})" in label:
                spellings[Spelling(form, iri)] = None
    spellings |= dict.fromkeys(map(Spelling, refused))
    return NamesInTexts(by_iri, tuple(spellings), tuple(titles))


# up to which character a citation begins with which a label begins, behind an article
_LABEL_START = 4


def _citation_end(label: str, thing: Thing) -> int:
    """Where the number or date ends by which a label cites its thing, 0 where it does not begin with one."""
    nothing = NamesInTexts()
    numbered = (*find_eu_acts(label, nothing), *find_numbered(label, nothing))
    spans = [(mention.start, mention.end) for mention in numbered]
    spans += [(act.start, act.end) for act in acts_in(label, thing.country)]
    return max((end for start, end in spans if start <= _LABEL_START), default=0)


# Acts of the European Union

EU_ACT = "eu-act"
_NUMBER = re.compile(r"(?<![\d/.,-])(\d{1,4})/(\d{1,4})(?:/([A-Za-z]{2,7})\b)?(?![\d/]|[.,]\d)")
_CELEX = re.compile(r"(?<!\w)(?:CELEX[: ]+)?([03])((?:19|20)\d\d)([LRDH])(\d{4})(?:-\d{8})?(?!\w)")
_ELI = re.compile(
    r"https?://data\.europa\.eu/eli/([a-z_]+)/(\d{4})/(\d+)(?:/[a-z0-9-]+)*", re.IGNORECASE
)
_LETTER = {"dir": "L", "reg": "R", "dec": "D", "reco": "H"}
# behind a number they need no type before it: « 2014/24/EU » alone is a directive
_SUFFIXES = frozenset(("UE", "EU", "CE", "EC", "EG", "CEE", "EEC", "EWG"))
_WINDOW = 140  # how many characters before a number are looked at
_LISTED_WITHIN = 40  # how many characters stand between two numbers of a list at most
_YEARS = range(1952, 2040)
_YEAR_FIRST = 2015  # since that year the year stands first in the number of every act
_OLD = range(52, 100)  # the years of the last century that were written with two digits


def celex_of(eli: str) -> str:
    """The CELEX number of an act of the Union by its ELI, empty where it has none.

    >>> celex_of("http://data.europa.eu/eli/reg_del/2020/1588/oj")
    '32020R1588'
    """
    match = _ELI.fullmatch(eli)
    kind = _kind_of(match) if match else ""
    if match is None or kind not in _LETTER:
        return ""
    return f"3{match[2]}{_LETTER[kind]}{int(match[3]):04}"


def _kind_of(eli: re.Match[str]) -> str:
    """The type in an ELI without its quality: ``reg`` of ``reg_del``."""
    return eli[1].lower().partition("_")[0]


class _ActNumber(NamedTuple):
    """The year of an act and its number in that year."""

    year: int
    number: int


class _BeforeNumber(NamedTuple):
    """What stands before the number of an act, and where the mention begins.

    ``kind`` is a key of the type, ``quality`` says whether the act is delegated or implementing;
    ``is_marked`` whether « n° » stands before the number, ``has_community`` whether « (UE) » does.
    """

    start: int
    kind: str
    quality: str = ""
    is_plural: bool = False
    is_marked: bool = False
    has_community: bool = False

    @property
    def type(self) -> str:
        """The type as an ELI has it, such as ``reg_del``."""
        return f"{self.kind}_{self.quality}" if self.quality else self.kind


def find_eu_acts(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """Acts of the Union by CELEX number, by ELI, and by the number that is printed.

    >>> text = "CELEX 32014L0024, règlements (UE) 2017/821 et (CE) n° 1907/2006"
    >>> [celex_of(act.target) for act in find_eu_acts(text, NamesInTexts())]
    ['32014L0024', '32017R0821', '32006R1907']
    """
    for match in _CELEX.finditer(text):
        kind = next(key for key, letter in _LETTER.items() if letter == match[3])
        number = _ActNumber(int(match[2]), int(match[4]))
        yield _eu_act(text, match.span(), kind, number, "celex", names)
    for match in _ELI.finditer(text):
        if _kind_of(match) in _LETTER:
            number = _ActNumber(int(match[2]), int(match[3]))
            yield _eu_act(text, match.span(), match[1].lower(), number, "eli", names)
    yield from _acts_by_number(text, names)


def _eu_act(
    text: str,
    span: Span,
    kind: str,
    number: _ActNumber,
    rule: str,
    names: NamesInTexts,
) -> Mention:
    act = f"http://data.europa.eu/eli/{kind}/{number.year}/{number.number}"
    eli = f"{act}/oj"
    thing = names.identified(f"celex:{celex_of(eli)}", eli, act)
    return _mention(text, span, thing, eli, EU_ACT, rule)


def _mention(
    text: str, span: Span, thing: Thing | None, identifier: str, kind: str, rule: str
) -> Mention:
    """The mention of a thing, or by its identifier of what the graph does not have."""
    start, end = span
    target = thing.iri if thing else identifier
    note = "" if thing else "not-in-graph"
    return Mention(start, end, text[start:end], target, kind, rule, note)


def _acts_by_number(text: str, names: NamesInTexts) -> Iterator[Mention]:
    previous = None
    previous_end = -1
    for match in _NUMBER.finditer(text):
        behind = pattern("eu-behind").match(text, match.end())
        before = (
            _listed(text, match.start(), previous, previous_end)
            or _typed(text, match.start())
            or _untyped(match, behind)
        )
        number = _year_and_number(match, before) if before else None
        if before is None or number is None:
            continue
        # in « the 2014/95/EU Directive » the type stands behind
        has_type_behind = before.start == match.start() and behind and not before.is_plural
        end = behind.end() if behind and has_type_behind else match.end()
        previous = before
        previous_end = match.end()
        yield _eu_act(text, (before.start, end), before.type, number, "eu-number", names)


def _listed(
    text: str, start: int, previous: _BeforeNumber | None, previous_end: int
) -> _BeforeNumber | None:
    """What stands before a number that follows another in a list: the type is that of the other."""
    if previous is None or start - previous_end >= _LISTED_WITHIN:
        return None
    listed = pattern("eu-listed").match(text[previous_end:start])
    if listed is None:
        return None
    tail = listed["number"]
    return previous._replace(
        start=start - len(tail),
        is_plural=True,
        is_marked="n" in tail.casefold(),
        has_community="(" in tail,
    )


def _typed(text: str, start: int) -> _BeforeNumber | None:
    """What stands before a number behind its type: « règlement délégué (UE) n° »."""
    match = pattern("eu-act").search(text, max(0, start - _WINDOW), start)
    if match is None:
        return None
    words = table("mentions")["eu"]
    kind = next(key for key in _LETTER if match[key])
    is_plural = match[kind].casefold() in words["plural"]["words"]
    begin = match.start()
    if is_plural and (match["community"] or match["marked"]):
        # each number of a list is a mention, with the community before it
        tail = text[match.end("middle") : start]
        begin = start - len(tail.lstrip())
    elif is_plural:
        begin = start
    phrase = match["word"] + (match["middle"] or "")
    quality = ""
    for key in ("del", "impl"):
        if re.search(either(words["quality"][key]), phrase, _FLAGS):
            quality = key
            break
    is_marked = bool(match["marked"])
    return _BeforeNumber(begin, kind, quality, is_plural, is_marked, bool(match["community"]))


def _untyped(match: re.Match[str], behind: re.Match[str] | None) -> _BeforeNumber | None:
    """What a number with a community is without a type before it: of the type behind it, else a directive."""
    community = match[3] or ""
    if behind and community.upper() in table("mentions")["eu"]["communities"]:
        kind = next(key for key in ("dir", "reg", "dec") if behind[key])
    elif community in _SUFFIXES:
        kind = "dir"
    else:
        return None
    return _BeforeNumber(match.start(), kind)


def _year_and_number(match: re.Match[str], before: _BeforeNumber) -> _ActNumber | None:
    """Which part of a number with a stroke is the year; None where it is no number of an act of the Union."""
    left = match[1]
    right = match[2]
    community = (match[3] or "").upper()
    if not _is_of_union(right, community, before):
        return None
    is_official = before.has_community or before.is_marked or bool(community)
    if community and len(left) == 2 and int(left) in _OLD:
        return _ActNumber(1900 + int(left), int(right))
    if is_official and len(right) == 2 and int(right) in _OLD and not _is_year(left):
        return _ActNumber(1900 + int(right), int(left))
    if _is_year(left) and _is_year(right):
        return _of_two_years(int(left), int(right), before, is_official=is_official)
    if _is_year(right):
        return _ActNumber(int(right), int(left))
    if _is_year(left) and int(right):
        return _ActNumber(int(left), int(right))
    return None


def _is_of_union(right: str, community: str, before: _BeforeNumber) -> bool:
    """Whether a number is likely to be one of the Union: councils and ministries number their acts, too."""
    if community:
        return community in _communities()
    if before.has_community:
        return True
    if before.kind in ("dec", "reco"):
        return False
    # « règlement n° 5/2019 »: since 2015 no act of the Union is numbered so
    return not (before.is_marked and _is_year(right) and int(right) >= _YEAR_FIRST)


@cache
def _communities() -> frozenset[str]:
    return frozenset(community.upper() for community in table("mentions")["eu"]["communities"])


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and int(digits) in _YEARS


def _of_two_years(
    left: int, right: int, before: _BeforeNumber, *, is_official: bool
) -> _ActNumber | None:
    """Which of two numbers that may both be years is the year; None of a period such as « 2018/2019 »."""
    if not is_official and right > left:
        return None
    if before.is_marked and right < _YEAR_FIRST:
        return _ActNumber(right, left)
    return _ActNumber(left, right)


# Acts of a country


class DatedAct(NamedTuple):
    """An act cited by its date; ``identifier`` is country, code of its kind and day: ``lu:loi:2018-04-08``."""

    start: int
    end: int
    identifier: str
    kind: str


@cache
def _months() -> Mapping[str, int]:
    numbers: dict[str, int] = {}
    for months in table("national_acts")["months"].values():
        for number, alike in enumerate(months, 1):
            numbers |= dict.fromkeys(alike.casefold().split("|"), number)
    return numbers


def _kinds(country: str) -> Mapping[str, Mapping[str, Any]]:
    acts: Mapping[str, Mapping[str, Any]] = table("national_acts")["act"]
    return acts.get(country, acts["any"])


@cache
def _dated(country: str) -> re.Pattern[str]:
    between = table("national_acts")["between"]
    mark = either(table("mentions")["number"]["marks"])
    groups = []
    for key, row in _kinds(country).items():
        groups.append(f"(?P<{_group(key)}>{either(row['words'])})")
    kinds = "|".join(groups)
    # the hyphen before a date is that of « 2017-399 », a number laws have in some countries
    number = rf"(?:\s+(?:{mark}\s*)?\d[\d./-]*,?)?"
    return re.compile(
        rf"(?<![\w-])(?:{kinds})(?:\s+{either(between['amended'])})*{number},?\s+{either(between['date'])}\s+"
        rf"(?P<day>\d{{1,2}})(?:er|\.|st|nd|rd|th)?\s+(?:de\s+)?(?P<month>{either(_months())}),?\s+(?:de\s+)?"
        r"(?P<year>\d{4})(?!\d)",
        _FLAGS,
    )


def _group(kind: str) -> str:
    """The group of a pattern for a kind of act."""
    return kind.replace("-", "_")


def acts_in(text: str, country: str) -> Iterator[DatedAct]:
    """The acts of a country a text cites by their date.

    >>> [act.identifier for act in acts_in("la loi modifiée du 8 avril 2018", "lu")]
    ['lu:loi:2018-04-08']
    """
    for match in _dated(country).finditer(text):
        kind = next(key for key in _kinds(country) if match[_group(key)])
        try:
            day = date(int(match["year"]), _months()[match["month"].casefold()], int(match["day"]))
        except ValueError:
            continue  # the 31st of June
        code = _kinds(country)[kind]["code"]
        yield DatedAct(*match.span(), f"{country}:{code}:{day.isoformat()}", kind)


def find_national_acts(text: str, names: NamesInTexts, country: str) -> Iterator[Mention]:
    """Of several acts of one kind and day the words that follow decide; where they do not, all are choices.

    >>> (act,) = find_national_acts("la loi du 8 avril 2018", NamesInTexts(), "lu")
    >>> act.target, act.note
    ('lu:loi:2018-04-08', 'not-in-graph')
    """
    known = None
    for act in acts_in(text, country):
        if known is None:
            known = _acts_by_identifier(names, country)
        iris = tuple(known.get(act.identifier, ()))
        if len(iris) > 1:
            iris = _told_by_title(text[act.end : act.end + 220], iris, names)
        surface = text[act.start : act.end]
        mention = Mention(act.start, act.end, surface, "", "national-act", "dated-act")
        if len(iris) == 1:
            yield replace(mention, target=iris[0])
        elif iris:
            yield replace(mention, note="several", choices=iris)
        else:
            yield replace(mention, target=act.identifier, note="not-in-graph")


def _told_by_title(behind: str, iris: Sequence[str], names: NamesInTexts) -> tuple[str, ...]:
    """The acts whose titles share most words of more than four letters with what stands behind a date."""
    paragraph = behind.partition("\n\n")[0]
    following = {word.stem for word in naming.words_of(paragraph) if len(word.stem) > 4}
    shared = {}
    for iri in iris:
        title = set(chain.from_iterable(names.title_words(iri, longer=0)))
        shared[iri] = len(following & title)
    most = max(shared.values())
    return tuple(iri for iri in iris if shared[iri] == most)


def _acts_by_identifier(names: NamesInTexts, country: str) -> dict[str, tuple[str, ...]]:
    """The known acts of a country by the dates their labels begin with, or that stand behind their kind."""
    acts: dict[str, dict[str, None]] = {}
    for spelling in (*names.titles, *names.spellings):
        thing = names.things.get(spelling.iri)
        if thing is None or thing.kind != "instrument" or thing.country not in (country, ""):
            continue
        act = next(acts_in(spelling.words, country), None)
        if act and (act.start < _LABEL_START or act.kind == thing.type):
            acts.setdefault(act.identifier, {})[thing.iri] = None
    return {identifier: tuple(iris) for identifier, iris in acts.items()}


def _bills(text: str, names: NamesInTexts, country: str) -> Iterator[Mention]:
    bill = table("national_acts")["bill"].get(country)
    if not bill:
        return
    for match in pattern("bill").finditer(text):
        number = match["number"]
        code = bill["code"]
        thing = names.identified(f"{country}-{code}-{number}", f"{country}-bill-{number}")
        identifier = f"{country}:{code}:{number}"
        yield _mention(text, match.span(), thing, identifier, "bill", "bill-number")


# What is cited by another number


def find_numbered(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """Conventions of the ILO, goals, Guiding Principles and resolutions of the United Nations, by their numbers.

    >>> text = "Security Council resolution 1325 and SDG 8.7"
    >>> [mention.target for mention in find_numbered(text, NamesInTexts())]
    ['http://metadata.un.org/sdg/8.7', 'un:SCR-1325']
    """
    for find in (_ilo, _sdg, _ungp, _resolutions):
        yield from find(text, names)


def _cited(
    text: str, span: Span, names: NamesInTexts, identifier: str, key: str, rule: str
) -> Mention:
    """The mention of what has an identifier, or in the graph only a key; a rule begins with the kind it finds."""
    thing = names.identified(identifier, key)
    return _mention(text, span, thing, identifier, rule.partition("-")[0], rule)


_CONVENTIONS = range(1, 192)
_GOALS = range(1, 18)
_PRINCIPLES = range(1, 32)


def _ilo(text: str, names: NamesInTexts) -> Iterator[Mention]:
    speaks_of_ilo = pattern("ilo-spoken").search(text) is not None
    yield from _ilo_protocols(text, names)
    yield from _ilo_conventions(text, names, speaks_of_ilo=speaks_of_ilo)
    if speaks_of_ilo:
        yield from _ilo_titled(text, names)


def _convention(
    text: str, start: int, end: int, number: str, names: NamesInTexts
) -> Iterator[Mention]:
    """The convention of a number, where there is one of that number."""
    if int(number) in _CONVENTIONS:
        code = f"{int(number):03}"
        yield _cited(text, (start, end), names, f"ilo:C{code}", f"ilo-c{code}", "ilo-number")


def _ilo_protocols(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """The protocol to the convention on forced labour, the one that texts cite."""
    for match in pattern("ilo-protocol").finditer(text):
        if re.search(r"29|forc|zwang", match[0], _FLAGS):
            yield _cited(text, match.span(), names, "ilo:P029", "ilo-p029", "ilo-protocol")


def _ilo_conventions(text: str, names: NamesInTexts, *, speaks_of_ilo: bool) -> Iterator[Mention]:
    """« Conventions n° 87 et 98 »: each number is a mention."""
    for match in pattern("ilo").finditer(text):
        is_certain = speaks_of_ilo or re.search(r"C\s?0?\d", match[0]) is not None
        if not is_certain and not _has_title_behind(text, match, names):
            continue
        is_plural = pattern("ilo-plural").search(match[0]) is not None
        start = match.start("number") if is_plural else match.start()
        yield from _convention(text, start, match.end(), match["number"], names)
        end = match.end()
        while more := pattern("ilo-listed").match(text, end):
            end = more.end()
            yield from _convention(text, more.start("number"), end, more["number"], names)


def _has_title_behind(text: str, match: re.Match[str], names: NamesInTexts) -> bool:
    """Words of the title may follow: « Convention 182 on the worst forms of child labour »."""
    thing = names.identified(f"ilo-c{int(match['number']):03}")
    if thing is None:
        return False
    following = text[match.end() : match.end() + 60].partition("\n\n")[0]
    behind = {word.stem for word in naming.words_of(following)}
    return any(len(behind & title) > 1 for title in names.title_words(thing.iri, longer=3))


def _ilo_titled(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """« Forced Labour Convention (No. 29) » from the first word of the title on, and « C029 »."""
    for match in pattern("ilo-titled").finditer(text):
        start = match.start() if match["code"] else _title_start(text, match.start())
        number = match["number"] or match["code"]
        yield from _convention(text, start, match.end(), number, names)


def _title_start(text: str, end: int) -> int:
    """Where a title begins that ends at a place: at the first of its words with a capital."""
    start = end
    begin = max(0, end - 120)
    for word in reversed(list(re.finditer(r"\S+", text[begin:end]))):
        if word[0][0].isupper() or word[0][0] == "(":
            start = begin + word.start()
        elif word[0] not in ("of", "the", "and", "to", "on", "for", "in"):
            break
    return start


def _sdg(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """« Cible 7 de l’ODD 8 », then « ODD 5 et 16 », then « cible 8.7 »; each number of a list is a mention."""
    for match in pattern("sdg-of-goal").finditer(text):
        number = f"{match['goal']}.{match['part']}"
        yield from _goal(text, match.start(), match.end("part"), number, names)
    listed = pattern("sdg-listed")
    for name in ("sdg", "sdg-target"):
        for match in pattern(name).finditer(text):
            number = match.groupdict().get("number") or match["short"]
            end = match.end()
            is_list = _is_plural_goal(match[0]) and listed.match(text, end) is not None
            start = end - len(number) if is_list else match.start()
            yield from _goal(text, start, end, number, names)
            while is_list and (more := listed.match(text, end)):
                end = more.end("number")
                yield from _goal(text, more.start("number"), end, more["number"], names)


def _is_plural_goal(printed: str) -> bool:
    """Whether words before a number are a plural; abbreviations have none of their own."""
    words = printed.rstrip("0123456789. ")
    return re.search(r"(?:s|ODD|SDG|ODS|Ziele|n)\b", words, _FLAGS) is not None


def _goal(text: str, start: int, end: int, number: str, names: NamesInTexts) -> Iterator[Mention]:
    """The goal or target of a number, where there is a goal of that number."""
    if int(number.partition(".")[0]) in _GOALS:
        address = f"http://metadata.un.org/sdg/{number}"
        yield _cited(text, (start, end), names, address, f"sdg-{number}", "sdg-number")


def _ungp(text: str, names: NamesInTexts) -> Iterator[Mention]:
    """« Guiding Principles 25 to 31 », and « principle 7 » in a text that speaks of them."""
    speaks_of_them = pattern("capital", 0).search(text) is not None
    for name in ("ungp", "ungp-plain"):
        for match in pattern(name).finditer(text):
            # principles and « GP » are numbered in many texts
            is_unclear = name == "ungp-plain" or match[0].startswith("GP")
            if is_unclear and not speaks_of_them:
                continue
            end = match.end()
            more = None if match["to"] else pattern("ungp-listed").match(text, end)
            start = match.start("first") if more else match.start()
            yield from _principles(text, start, end, match["first"], match["last"], names)
            while more:
                end = more.end()
                yield from _principles(text, more.start("first"), end, more["first"], None, names)
                more = pattern("ungp-listed").match(text, end)


def _principles(
    text: str, start: int, end: int, first: str, last: str | None, names: NamesInTexts
) -> Iterator[Mention]:
    """The principles from a number to another, where there are such; the first is the target."""
    numbers = range(int(first), int(last or first) + 1)
    if not numbers or numbers[0] not in _PRINCIPLES or numbers[-1] not in _PRINCIPLES:
        return
    principle, *others = [
        _cited(text, (start, end), names, f"un:UNGP-{number}", f"ungp-{number}", "ungp-number")
        for number in numbers
    ]
    yield replace(principle, others=tuple(mention.target for mention in others))


# the organs of the United Nations, and how the keys of their resolutions begin
_ORGANS = {"SCR": "unscr", "HRC": "hrc-res", "GA": "unga-res"}


def _resolutions(text: str, names: NamesInTexts) -> Iterator[Mention]:
    for organ, prefix in _ORGANS.items():
        for match in pattern(f"un-{organ}").finditer(text):
            number = match["number"] or match["second"]
            key = f"{prefix}-{number}".replace("/", "-")
            identifier = f"un:{organ}-{number}"
            yield _cited(text, match.span(), names, identifier, key, "un-resolution")
