"""What a text may name and calls by its name: instruments, plans and bodies of the graph; and names it gives itself.

A name is found word by word: case, accents, apostrophes, hyphens and the endings of inflected words
make no difference, but a name of one or two words keeps its capitals (« Accord de Paris » is a
treaty, « accord » is not), and a bracket, a colon or the end of a sentence stands inside a name
only where the name has one.

A name that several things have is that of the document's country, of the edition the text says,
else of the latest one before the document; where none of this decides, all are choices. A body is
called what it was called on the day of the document. An abbreviation of two or three letters counts
only where something else of its family is named, too.

A short form refers to the last mention of its type in the same paragraph or the one before. Where a
reference of that type stands between which could not be resolved, it refers to nothing that is
known: finders of citations that overlook this attach it to the wrong act.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple

from pan2kg.extract.document import table
from pan2kg.turtle.countries import countries

RULES = "1"  # the version of the rules: it changes with what they find

# Words and patterns

_WORD = re.compile(r"[nN][°º]|[^\W_]+")
_ENDINGS = "esnrm"
# how many letters of a word stay where its ending is cut: « Internationaler » and « Internationalen »
# are one word
_STEM = 5
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "º": "o", "°": "o"})
_INSERTED = re.compile(r"~([\w.+-]+)~")  # words of mentions.toml in a pattern of it


def either(alternatives: Iterable[str]) -> str:
    """A group that matches any of some parts of regular expressions, the longest first.

    >>> either(["ODD", "objectifs?"])
    '(?:objectifs?|ODD)'
    """
    return f"(?:{'|'.join(sorted(alternatives, key=len, reverse=True))})"


@cache
def pattern(name: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern of ``mentions.toml`` by its name, with the words it is made of.

    >>> pattern("bill").search("le projet de loi n° 8426")["number"]
    '8426'
    """
    return re.compile(_INSERTED.sub(_inserted, table("mentions")["pattern"][name]), flags)


def _inserted(names: re.Match[str]) -> str:
    """What stands in a pattern for ``~section.key~``, or for several with a plus sign between them."""
    alternatives: list[str] = []
    for path in names[1].split("+"):
        value: Any = table("mentions")
        for key in path.split("."):
            value = value[key]
        if isinstance(value, str):
            # a pattern that stands in another
            return _INSERTED.sub(_inserted, value)
        alternatives += value if isinstance(value, list) else chain.from_iterable(value.values())
    return either(alternatives)


class PlacedWord(NamedTuple):
    """A word of a text, ``text[start:end]``, without case, accents and ending."""

    start: int
    end: int
    stem: str


def words_of(text: str) -> Iterator[PlacedWord]:
    """The words of a text; those of one stem are one word in all its inflections.

    >>> [word.stem for word in words_of("l’Égalité n° 5, égalités")]
    ['l', 'egalit', 'no', '5', 'egalit']
    """
    for match in _WORD.finditer(text):
        yield PlacedWord(match.start(), match.end(), _stem_of(match[0]))


@lru_cache(maxsize=1 << 16)
def _stem_of(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    if plain.isdigit():
        return plain
    if len(plain) > _STEM:
        return plain[:_STEM] + plain[_STEM:].rstrip(_ENDINGS)
    return plain.removesuffix("s") or plain


# What can be named, and by which words


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be named; ``type`` is the key of its type, ``country`` a code in lower case, empty where it is of none.

    ``start`` and ``end`` are the days it was set up and given up, ``identifiers`` such as
    ``celex:32014L0024``. ``family`` is the key of a plan without its edition, ``editions`` are the
    number and the year an edition is told by.

    >>> plan = Thing("p", "lu-bhr-2", "plan", country="lu", start=date(2019, 12, 11))
    >>> plan.family, plan.editions
    ('lu-bhr', ('2', '2019'))
    """

    iri: str
    key: str
    kind: str
    type: str = ""
    country: str = ""
    start: date | None = None
    end: date | None = None
    identifiers: tuple[str, ...] = ()
    family: str = field(init=False)
    is_unknown: bool = field(init=False)  # a plan whose edition is not known
    editions: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        number = re.search(r"-(\d+)$", self.key)
        editions = (number[1] if number else "", str(self.start.year) if self.start else "")
        set_once = object.__setattr__
        set_once(self, "is_unknown", self.key.endswith("-unspecified"))
        set_once(self, "editions", tuple(dict.fromkeys(filter(None, editions))))
        is_edition = self.kind == "plan" and (number or self.is_unknown)
        set_once(self, "family", self.key.rpartition("-")[0] if is_edition else self.key)

    def is_valid(self, day: date | None) -> bool:
        """Whether it existed on a day, its first and last one included; without a day it does.

        >>> body = Thing("b", "mega-2014", "body", end=date(2018, 12, 28))
        >>> body.is_valid(date(2018, 12, 28)), body.is_valid(date(2019, 1, 1))
        (True, False)
        """
        if day is None:
            return True
        has_begun = self.start is None or self.start <= day
        has_ended = self.end is not None and self.end < day
        return has_begun and not has_ended


class Spelling(NamedTuple):
    """Words a thing is called by; without an IRI they name nothing, whatever they look like."""

    words: str
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a text that name something; ``text[start:end]`` is ``surface``, and no two mentions overlap.

    ``target`` is the IRI of the graph, else an identifier of what is not in it (an ELI,
    ``ilo:C122``); empty where the words name one of several ``choices``. ``others`` are further
    targets, as in « Guiding Principles 25 to 31 ». ``kind`` says what is named, ``rule`` what found
    it, ``note`` is the key of what a reader should know.
    """

    start: int
    end: int
    surface: str
    target: str
    kind: str
    rule: str
    note: str = ""
    others: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """All that is named for certain, none where the words name one of several."""
        return (self.target, *self.others) if self.target else ()


class Occurrence(NamedTuple):
    """Words of a text that are a name: their place, the things they may name, and how many words they are.

    There is no thing where the words are known to name none.
    """

    start: int
    end: int
    iris: tuple[str, ...]
    words_number: int


@dataclass(slots=True)
class _NameTree:
    """A place in the tree of names: the words that may follow, and the names that end here."""

    following: dict[str, "_NameTree"] = field(default_factory=dict)
    spellings: list[Spelling] = field(default_factory=list)


@dataclass(frozen=True)
class NamesInTexts:
    """All that can be named, by IRI, and the words it is called by.

    ``titles`` are labels that cite their thing by its number or date: it is found by that, and the
    words behind tell it apart.
    """

    things: Mapping[str, Thing] = field(default_factory=dict)
    spellings: tuple[Spelling, ...] = ()
    titles: tuple[Spelling, ...] = ()

    @cached_property
    def _tree(self) -> _NameTree:
        tree = _NameTree()
        for spelling in self.spellings:
            node = tree
            for word in words_of(spelling.words):
                node = node.following.setdefault(word.stem, _NameTree())
            if node is not tree:
                node.spellings.append(spelling)
        return tree

    @cached_property
    def by_identifier(self) -> Mapping[str, str]:
        """The IRI of each IRI, key and identifier, without case; of several things of one name the first."""
        iris: dict[str, str] = {}
        for thing in self.things.values():
            for name in (thing.iri, thing.key, *thing.identifiers):
                iris.setdefault(name.casefold(), thing.iri)
        return iris

    @cached_property
    def editions(self) -> Mapping[str, tuple[Thing, ...]]:
        """The known editions of the plans of each family, the oldest first."""
        families: dict[str, list[Thing]] = {}
        for thing in self.things.values():
            if thing.kind == "plan" and not thing.is_unknown:
                families.setdefault(thing.family, []).append(thing)
        return {family: tuple(sorted(plans, key=_age)) for family, plans in families.items()}

    def identified(self, *identifiers: str) -> Thing | None:
        """The thing of the first of some identifiers, keys or IRIs that is known.

        >>> names = NamesInTexts({"i:crc": Thing("i:crc", "un-crc", "instrument")})
        >>> names.identified("celex:0", "UN-CRC").iri
        'i:crc'
        """
        for name in identifiers:
            iri = self.by_identifier.get(name.casefold())
            if iri:
                return self.things[iri]
        return None

    def title_words(self, iri: str, *, longer: int) -> list[set[str]]:
        """Of each label of a thing the words of more than ``longer`` letters."""
        labels = [
            spelling.words for spelling in (*self.titles, *self.spellings) if spelling.iri == iri
        ]
        return [_long_words(label, longer) for label in labels]

    def find(self, text: str) -> tuple[Occurrence, ...]:
        """Where names stand in a text: from each word on the longest, so that some overlap.

        >>> names = NamesInTexts(spellings=(Spelling("Accord de Paris", "i:paris"),))
        >>> [(name.start, name.end) for name in names.find("l’Accord de Paris, un accord")]
        [(2, 17)]
        """
        words = list(words_of(text))
        beginnings = self._tree.following
        occurrences = []
        for place, word in enumerate(words):
            longest = self._longest(text, words, place) if word.stem in beginnings else None
            if longest:
                occurrences.append(longest)
        return tuple(occurrences)

    def _longest(self, text: str, words: Sequence[PlacedWord], place: int) -> Occurrence | None:
        """The longest name that begins with the word at a place."""
        longest = None
        final = place
        node = self._tree.following.get(words[place].stem)
        while node is not None:
            span = (words[place].start, words[final].end)
            longest = _occurrence(text, *span, node.spellings, final - place + 1) or longest
            final += 1
            if final == len(words):
                break
            if not _stands_in_names(text[words[final - 1].end : words[final].start]):
                break
            node = node.following.get(words[final].stem)
        return longest


def _long_words(text: str, longer: int) -> set[str]:
    return {word.stem for word in words_of(text) if len(word.stem) > longer}


def _age(plan: Thing) -> tuple[str, int]:
    number = re.search(r"-(\d{1,2})$", plan.key)
    return plan.start.isoformat() if plan.start else "", int(number[1]) if number else 0


# How a name is printed

_BETWEEN = re.compile(r"[ \n’'‘ʼ`´\-‐‑–—/,:&()«»\"“”„.;·]{0,5}")
_HARD = frozenset("().;:")


def _stands_in_names(between: str) -> bool:
    """Whether what stands between two words may stand inside a name: a blank line may not."""
    if between in (" ", "’", "-", "'"):
        return True
    return "\n\n" not in between and _BETWEEN.fullmatch(between) is not None


def _occurrence(
    text: str, start: int, end: int, spellings: Sequence[Spelling], words_number: int
) -> Occurrence | None:
    """The names that end at a place of a text and may be printed as it has them."""
    if not spellings or re.match(r"[-‐‑][^\W\d_]", text[end : end + 2]):
        return None
    fitting = [spelling for spelling in spellings if _fits(spelling.words, text[start:end])]
    if not fitting:
        return None
    # with the quotation mark or bracket a name ends in, and the space before
    tail = text[end : end + 2]
    closing = tail.lstrip()[:1]
    if not closing.isalnum() and closing in {spelling.words[-1:] for spelling in fitting}:
        end += len(tail) - len(tail.lstrip()) + 1
    is_refused = any(not spelling.iri for spelling in fitting)
    iris = () if is_refused else tuple(dict.fromkeys(spelling.iri for spelling in fitting))
    return Occurrence(start, end, iris, words_number)


def _fits(name: str, printed: str) -> bool:
    """Whether words that are those of a name but for case, accents and endings are printed as a name is."""
    if not _HARD.intersection(printed) <= set(name):
        return False
    ours = _WORD.findall(name)
    pairs = list(zip(ours, _WORD.findall(printed), strict=True))
    if any(_is_acronym(our) != _is_acronym(their) for our, their in pairs if len(our) > 1):
        # a name may be printed in capitals as a whole
        has_acronym = any(map(_is_acronym, ours))
        return len(ours) > 2 and not has_acronym and printed == printed.upper()
    if len(ours) > 2:
        return True
    if len(ours) > 1 and not ours[-1].islower():
        # of two words the last one tells
        pairs = pairs[1:]
    return all(not our[0].isupper() or their[0].isupper() for our, their in pairs)


def _is_acronym(word: str) -> bool:
    stem = word.removesuffix("s")
    return len(stem) > 1 and stem.isupper()


_TAIL = re.compile(r"\s*\([^()]*\)\s*$")
_YEARS = re.compile(
    r",?\s+\(?\d{4}(?:\s*[-–—/]\s*\d{2,4})?\)?$|\s+(?:pour|for|until|of|jusqu[’']en|à l[’']horizon)$"
)
# what is cut off a label with years in turn: they stand before brackets, in them and behind
_DATED_CUTS = (_YEARS, _TAIL, _YEARS, _TAIL, _YEARS, _YEARS)
_ABBREVIATION = re.compile(r"\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*s?(?: ?\d)?)\)\s*$")
_EDITION = re.compile(r"([A-Z][A-Za-z]*[A-Z][A-Za-z]*) ?\d")
# abbreviations that many plans have; with a number behind them they are an edition
_ALIKE = frozenset(("PAN", "NAP", "NAPs", "PAN RSE", "CBP", "PBC"))


def variants(label: str, *, dated: bool = True) -> Iterator[str]:
    """The names in a label: whole, abbreviated, and without brackets and, where ``dated``, without years.

    >>> list(variants("Charte sociale européenne (CSE)"))
    ['CSE', 'Charte sociale européenne']
    >>> list(variants("National Action Plan 2020-2022"))
    ['National Action Plan 2020-2022', 'National Action Plan']
    """
    if " · " in label:
        return  # a short name of ours for a list, whose second half is our word
    label = label.strip()
    if not label.endswith(")"):
        yield label
    edition = _EDITION.fullmatch(label)
    if edition and edition[1] not in _ALIKE:
        yield edition[1]
    bare = label
    for cut in _DATED_CUTS if dated else (_TAIL,):
        abbreviation = _ABBREVIATION.search(bare) if cut is _TAIL else None
        if abbreviation and abbreviation[1] not in _ALIKE:
            yield abbreviation[1]
        bare = cut.sub("", bare).strip(" ,–-")
    if bare != label and _is_telling(bare):
        yield bare


def _is_telling(name: str) -> bool:
    """Whether a name has enough words, or two with capitals, to be one without what was cut off."""
    words = _WORD.findall(name)
    return len(words) > 2 or (len(words) == 2 and all(word[0].isupper() for word in words))


# Names in a text

# names before a name that it belongs to
_OWNER = re.compile(
    r"(?<![\w-])(?:EU|UE|UN|UNO|VN|ONU|ILO|IAO|OIT)(?: |-|’s |'s )$"
    r"|(?<!\w)International Labou?r Organi[sz]ation(?: \(ILO\))? $"
    r"|(?<!\w)(?:United Nations|European Union)(?:’|')? $"
)
_OF_OECD = re.compile(
    r"(?<!\w)(?:OECD|OCDE)(?:[ -]|’s |'s )$|^ (?:de l['’]OCDE|der OECD|of the OECD|OCDE)"
)
_NUMBERED = re.compile(
    r"(?<![\w-])(?:PAN|NAPs?)[ -]?(?:n[°º]\s?)?"
    r"(?:(?P<number>\d)(?![\w.]*\d)|(?P<year>20\d\d)\s?[-–/]\s?(?:20)?\d\d)(?!\w)"
)
_FOLLOWING = re.compile(r"^\s*\(?(?:n[°º]\s*)?(?P<number>\d)\)?(?![\w.,/%-]*\d)(?=\W|$)")
_SPAN = re.compile(
    r"^,?\s*(?P<before>pour la période\s+|for\s+|für\s+|\()?(?P<from>(?:19|20)\d\d)\s*[-–—/]\s*(?P<to>(?:19|20)?\d\d)"
)
# how many characters around a name are looked at
_WINDOW = 60
# from how many words on a name of a country's own thing is known in the documents of others
_DISTINCT = 4
# how many letters an abbreviation has at most that is often something else too
_SHORT = 3


@cache
def _ordinals() -> Mapping[str, str]:
    """Which number a word such as « second » is."""
    listed = table("mentions")["ordinal"]
    return {word: number for number, words in listed.items() for word in words}


@cache
def _country_codes() -> Mapping[str, str]:
    """Which country a word such as « Ireland » is, by its code in lower case."""
    return {name: code for code, country in countries().items() for _, name in country.names.words}


class _PrintedPlan(NamedTuple):
    """The name of a plan and the number or year of its edition beside it, empty where none is; the place of both."""

    start: int
    end: int
    edition: str


@dataclass(frozen=True)
class NamesInText:
    """A text, what it may name, its day and its country, and the plan it is the text of.

    The country is a code in lower case, the plan an IRI; both are empty where there is none.
    """

    text: str
    names: NamesInTexts
    day: date | None
    country: str
    plan: str

    def mentions(self) -> Iterator[Mention]:
        """What is named in the text; mentions may overlap, those of words that name nothing have no kind."""
        yield from self._numbered_plans()
        for name in self._names():
            if not name.iris:
                surface = self.text[name.start : name.end]
                yield Mention(name.start, name.end, surface, "", "", "not-mention")
            elif mention := self._named(name):
                yield mention

    def _mention(self, start: int, end: int, things: Sequence[Thing], rule: str) -> Mention:
        surface = self.text[start:end]
        kind = things[0].kind
        if len(things) == 1:
            return Mention(start, end, surface, things[0].iri, kind, rule)
        choices = tuple(dict.fromkeys(thing.iri for thing in things))
        return Mention(start, end, surface, "", kind, rule, "several", choices=choices)

    def _before(self, start: int) -> str:
        return self.text[max(0, start - _WINDOW) : start]

    # an abbreviation and a number: the second edition of the country's plan

    def _numbered_plans(self) -> Iterator[Mention]:
        numbers = list(_NUMBERED.finditer(self.text))
        if not numbers:
            return
        own = self.names.things.get(self.plan)
        plans = self._plans_with_numbers(own)
        for match in numbers:
            edition = match["number"] or match["year"]
            fitting = [plan for plan in plans if edition in plan.editions]
            # a document speaks of its own subject first
            of_subject = [plan for plan in fitting if own and plan.family == own.family]
            if fitting:
                yield self._mention(*match.span(), of_subject or fitting, "plan-edition")

    def _plans_with_numbers(self, own: Thing | None) -> list[Thing]:
        """The plans of the country that are called so, and those of the subject of the document."""
        things = self.names.things
        families = {own.family} if own else set()
        for spelling in self.names.spellings:
            if spelling.iri in things and _NUMBERED.fullmatch(spelling.words):
                families.add(things[spelling.iri].family)
        plans = (thing for thing in things.values() if thing.kind == "plan")
        return [
            plan for plan in plans if plan.family in families and self.country in ("", plan.country)
        ]

    # words that are a name

    def _names(self) -> Iterator[Occurrence]:
        """The names in the text, without short abbreviations where nothing else of their family is named."""
        occurrences = self.names.find(self.text)
        families = set()
        for name in occurrences:
            if not self._is_short(name):
                families |= self._families(name)
        for name in occurrences:
            if not self._is_short(name) or families & self._families(name):
                yield name

    def _is_short(self, name: Occurrence) -> bool:
        return name.end - name.start <= _SHORT and self.text[name.start : name.end].isupper()

    def _families(self, name: Occurrence) -> set[str]:
        return {self.names.things[iri].family for iri in name.iris}

    def _named(self, name: Occurrence) -> Mention | None:
        referents = self._referents(name)
        if not referents or (referents[0].key == "ungp" and self._is_of_oecd(name)):
            return None
        start = self._start_with_owner(name.start, referents[0])
        kind = referents[0].kind
        if kind == "plan":
            return self._plan(start, name.end, referents)
        if kind == "body":
            valid = [body for body in referents if body.is_valid(self.day)]
            if not valid:
                mention = self._mention(start, name.end, referents[:1], "name")
                return replace(mention, note="name-of-another-day")
            referents = valid
        local = [thing for thing in referents if self.country and thing.country == self.country]
        worldwide = [thing for thing in referents if not thing.country]
        return self._mention(start, name.end, local or worldwide or referents, "name")

    def _referents(self, name: Occurrence) -> list[Thing]:
        """What a name may mean in a document of the country."""
        referents = []
        for iri in name.iris:
            thing = self.names.things.get(iri)
            if thing is None:
                continue
            # short names of other countries' things are not known abroad
            is_known_abroad = name.words_number >= _DISTINCT
            if thing.country in ("", self.country) or is_known_abroad:
                referents.append(thing)
        # an initiative is often a text and the body that carries it; what a plan rests on is the
        # text
        return [thing for thing in referents if thing.kind != "body"] or referents

    def _is_of_oecd(self, name: Occurrence) -> bool:
        """« Guiding principles » may be those of the OECD, whose guidelines have that name in French."""
        sides = (self._before(name.start), self.text[name.end : name.end + _WINDOW])
        return any(map(_OF_OECD.search, sides))

    def _start_with_owner(self, start: int, thing: Thing) -> int:
        """Where a name begins with what belongs to it: « EU », « ILO », or the first part of a compound."""
        before = self._before(start)
        if not thing.country and thing.kind in ("instrument", "plan"):
            owner = _OWNER.search(before)
            if owner:
                return start - len(before) + owner.start()
        compound = re.search(r"[\w-]*-$", before)
        if compound and compound[0] != "-":
            return start - len(before) + compound.start()
        return start

    # the name of a plan

    def _plan(self, start: int, end: int, plans: Sequence[Thing]) -> Mention | None:
        """The edition of a plan that is meant: the one printed beside its name, the only one, else the latest."""
        if self._is_of_another_country(start):
            return None
        name = self._with_edition(start, end)
        local = [plan for plan in plans if not self.country or plan.country in (self.country, "")]
        if not local:
            return None
        families = {plan.family for plan in local}
        if len(families) > 1:
            return self._mention(name.start, name.end, local, "plan-name")
        editions = self.names.editions.get(families.pop(), tuple(local))
        fitting = [plan for plan in editions if name.edition in plan.editions]
        if name.edition and len(fitting) == 1:
            return self._mention(name.start, name.end, fitting, "plan-edition")
        known = [plan for plan in local if not plan.is_unknown]
        is_only_known = len(known) == len(local) == 1 and self._tells_edition(name)
        if len(editions) == 1 or is_only_known:
            return self._mention(name.start, name.end, (known or editions)[:1], "plan-name")
        return self._latest_edition(name, editions)

    def _is_of_another_country(self, start: int) -> bool:
        """« Ireland’s National Action Plan » is of another country."""
        owner = re.search(r"(\w+)(?:’s|'s)\s+$", self._before(start))
        if owner is None:
            return False
        return _country_codes().get(owner[1], self.country) != self.country

    def _with_edition(self, start: int, end: int) -> _PrintedPlan:
        """The name of a plan with an ordinal before it and a number or a period behind it, told by its first year."""
        edition = ""
        word = re.search(r"([\w’']+)\s+$", self._before(start))
        if word and word[1].casefold() in _ordinals():
            edition = _ordinals()[word[1].casefold()]
            start -= len(word[0])
        after = self.text[end : end + _WINDOW]
        if period := _SPAN.match(after):
            edition = period["from"]
            if not period["before"]:
                end += period.end()
        elif number := _FOLLOWING.match(after):
            edition = number["number"]
            end += number.end("number")
        return _PrintedPlan(start, end, edition)

    def _tells_edition(self, name: _PrintedPlan) -> bool:
        """Whether a digit or an ordinal stands in the name itself."""
        words = self.text[name.start : name.end]
        has_ordinal = any(word.casefold() in _ordinals() for word in words.split())
        return has_ordinal or re.search(r"\d", words) is not None

    def _latest_edition(self, name: _PrintedPlan, editions: Sequence[Thing]) -> Mention:
        """The latest edition before the day of the document, with the others as choices."""
        earlier = []
        for plan in editions:
            if self.day is None or plan.start is None or plan.start <= self.day:
                earlier.append(plan)
        latest = (earlier or editions)[-1]
        mention = self._mention(name.start, name.end, [latest], "plan-name")
        choices = tuple(plan.iri for plan in editions if plan.iri != latest.iri)
        return replace(mention, note="latest-edition", choices=choices)


# Names a text gives itself


def find_definitions(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The names that stand defined behind a mention, wherever they stand after that.

    >>> text = "Accord de Paris (ci-après « l’Accord »). L’Accord oblige."
    >>> paris = Mention(0, 15, "Accord de Paris", "i:paris", "instrument", "name")
    >>> [(mention.start, mention.surface) for mention in find_definitions(text, [paris])]
    [(43, 'Accord')]
    """
    defined: dict[str, list[_Definition]] = {}
    for mention in mentions:
        match = pattern("definition", 0).match(text, mention.end) if mention.target else None
        if match:
            name = (match["quoted"] or match["plain"] or match["bare"]).strip()
            if len(name) > 1:
                defined.setdefault(name, []).append(_Definition(match.end(), mention))
    if not defined:
        return
    for again in re.finditer(rf"(?<![\w-]){either(map(re.escape, defined))}(?!\w)", text):
        before = [entry for entry in defined[again[0]] if entry.end <= again.start()]
        if before:
            # what is defined anew means the latter
            meant = before[-1].mention
            yield Mention(
                *again.span(), again[0], meant.target, meant.kind, "definition", others=meant.others
            )


class _Definition(NamedTuple):
    """A mention behind which a name is defined, and where the definition ends."""

    end: int
    mention: Mention


# the kind of a mention that each noun of a short form stands for
_ACTS = {
    "dir": "eu-act",
    "reg": "eu-act",
    "dec": "eu-act",
    "law": "national-act",
    "convention": "ilo",
}
_LISTED_NUMBER = re.compile(r"\s*(?:\([A-Z]+\)\s*)?(?:n[°º]s?\s*)?\d")


def find_short_forms(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """« Ladite directive », « cette dernière »: what refers back to one of the mentions before it.

    >>> text = "Directive 2014/24/UE. Ladite directive s’applique."
    >>> act = "http://data.europa.eu/eli/dir/2014/24/oj"
    >>> (short,) = find_short_forms(text, [Mention(0, 20, text[:20], act, "eu-act", "eu-number")])
    >>> short.surface, short.target == act
    ('Ladite directive', True)
    """
    done = list(mentions)
    for match in pattern("short").finditer(text):
        noun = next(key for key in _ACTS if match[key] or match[f"c_{key}"])
        referent = _referent(text, match.start(), noun, done)
        if referent:
            mention = _referring(match, referent)
            done.append(mention)
            yield mention
    for match in pattern("short-last").finditer(text):
        before = [mention for mention in done if mention.end <= match.start()]
        acts = [mention for mention in before if mention.kind in ("eu-act", "national-act")]
        if not acts or not acts[-1].target:
            continue
        # it refers to the act right before it
        if re.fullmatch(r"\s*[;,]\s*", text[acts[-1].end : match.start()]):
            yield _referring(match, acts[-1])


def _referring(match: re.Match[str], referent: Mention) -> Mention:
    target = referent.target
    return Mention(*match.span(), match[0], target, referent.kind, "short-form", "refers-back")


def _referent(text: str, start: int, noun: str, mentions: Sequence[Mention]) -> Mention | None:
    """The last act a noun can stand for in this paragraph or the one before; None where another may be meant."""
    ahead = text.rfind("\n\n", 0, start)
    begin = text.rfind("\n\n", 0, ahead) if ahead > 0 else 0
    near = [mention for mention in mentions if begin <= mention.start < start]
    before = [mention for mention in near if _is_called(mention, noun)]
    if not before:
        return None
    referent = max(before, key=lambda mention: mention.start)
    again = re.compile(rf"\w*{either(table('mentions')['short'][noun])}\w*", re.IGNORECASE)
    for match in again.finditer(text, referent.end, start):
        # a plural stands before the numbers of a list, which are mentions themselves
        is_listing = _LISTED_NUMBER.match(text[match.end() : match.end() + 20])
        is_mention = any(mention.start <= match.start() < mention.end for mention in mentions)
        if not is_listing and not is_mention:
            return None
    return referent if referent.target else None


def _is_called(mention: Mention, noun: str) -> bool:
    """Whether a noun can stand for what is mentioned; that of an instrument's name is not known to be no law."""
    if mention.kind not in (_ACTS[noun], "instrument"):
        return False
    if mention.kind == "eu-act" or re.search("/eli/(?:dir|reg|dec)", mention.target):
        return f"/eli/{noun}" in mention.target
    return noun == "law" or (noun == "convention" and mention.kind != "instrument")
