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
from typing import Any, Final, NamedTuple

from pan2kg.extract.document import BETWEEN_CELLS, BETWEEN_ROWS, Document, DocumentBlock, table
from pan2kg.turtle.countries import countries

RULES: Final = "1"  # the version of the rules: it changes with what they find
_WORD: Final = re.compile(r"[nN][°º]|[^\W_]+")
_BETWEEN: Final = re.compile(r"[ \n’'‘ʼ`´\-‐‑–—/,:&()«»\"“”„.;·]{0,5}")
_HARD: Final = frozenset("().;:")
_ENDINGS: Final = "esnrm"
# how many letters of a word stay where its ending is cut: « Internationaler » and « Internationalen
# » are one word
_STEM: Final = 5
_LETTERS: Final = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "º": "o", "°": "o"})
_NAMED: Final = re.compile(r"~([\w.+-]+)~")  # words of mentions.toml in a pattern of it


def either(alternatives: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(alternatives, key=len, reverse=True))})"


@cache
def pattern(name: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    def listed(names: re.Match[str]) -> str:
        alternatives: list[str] = []
        for path in names[1].split("+"):
            value: Any = table("mentions")
            for key in path.split("."):
                value = value[key]
            if isinstance(value, str):
                return _NAMED.sub(listed, value)
            alternatives += (
                value
                if isinstance(value, list)
                else [word for row in value.values() for word in row]
            )
        return either(alternatives)

    return re.compile(_NAMED.sub(listed, table("mentions")["pattern"][name]), flags)


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be named; ``type`` is the key of its type, ``country`` a code in lower case, empty where it is of none.

    ``start`` and ``end`` are the days it was set up and given up, ``identifiers`` such as
    ``celex:32014L0024``.
    """

    iri: str
    key: str
    kind: str
    type: str = ""
    country: str = ""
    start: date | None = None
    end: date | None = None
    identifiers: tuple[str, ...] = ()
    family: str = field(init=False)  # the key of a plan without its edition
    is_unknown: bool = field(init=False)
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
        return day is None or (
            (self.start is None or self.start <= day) and (self.end is None or day <= self.end)
        )


class Spelling(NamedTuple):
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
        return (self.target, *self.others) if self.target else ()


# words of a text that are a name: their place, the things they may name, and how many words they
# are
Occurrence = tuple[int, int, tuple[str, ...], int]
# the tree of names: from each word the next ones, and under an empty one the names that end there
_Node = dict[str, Any]


@dataclass(frozen=True)
class NamesInTexts:
    """All that can be named, by IRI, and the words it is called by."""

    things: Mapping[str, Thing] = field(default_factory=dict)
    spellings: tuple[Spelling, ...] = ()
    # labels that cite their thing by its number or date: it is found by that, and the words behind
    # tell it apart
    titles: tuple[Spelling, ...] = ()

    @cached_property
    def _root(self) -> _Node:
        root: _Node = {}
        for spelling in self.spellings:
            node = root
            for _, _, word in words_of(spelling.words):
                node = node.setdefault(word, {})
            if node is not root:
                node.setdefault("", []).append(spelling)
        return root

    @cached_property
    def by_identifier(self) -> Mapping[str, str]:
        names = (
            (thing.iri, (thing.iri, thing.key, *thing.identifiers))
            for thing in self.things.values()
        )
        pairs = [(name.casefold(), iri) for iri, identifiers in names for name in identifiers]
        return dict(reversed(pairs))  # of several things of one name the first

    @cached_property
    def editions(self) -> Mapping[str, tuple[Thing, ...]]:
        families: dict[str, list[tuple[str, int, Thing]]] = {}
        for thing in self.things.values():
            if thing.kind == "plan" and not thing.is_unknown:
                number = re.search(r"-(\d{1,2})$", thing.key)
                age = (
                    thing.start.isoformat() if thing.start else "",
                    int(number[1]) if number else 0,
                )
                families.setdefault(thing.family, []).append((*age, thing))
        by_age = {
            family: sorted(rows, key=lambda row: row[:2]) for family, rows in families.items()
        }
        return {family: tuple(plan for *_, plan in rows) for family, rows in by_age.items()}

    def identified(self, *identifiers: str) -> Thing | None:
        iris = (self.by_identifier.get(name.casefold()) for name in identifiers)
        return next((self.things[iri] for iri in iris if iri), None)

    def title_words(self, iri: str, *, longer: int) -> list[set[str]]:
        labels = (
            spelling.words for spelling in (*self.titles, *self.spellings) if spelling.iri == iri
        )
        return [{word for _, _, word in words_of(label) if len(word) > longer} for label in labels]

    def find(self, text: str) -> tuple[Occurrence, ...]:
        listed = list(words_of(text))
        occurrences = list[Occurrence]()
        for place, (start, _, word) in enumerate(listed):
            node = self._root.get(word)
            final = place
            longest = list[Occurrence]()
            while node is not None:
                end = listed[final][1]
                spellings = (
                    [] if re.match(r"[-‐‑][^\W\d_]", text[end : end + 2]) else node.get("", ())
                )
                if fitting := [
                    spelling for spelling in spellings if _fits(spelling.words, text[start:end])
                ]:
                    iris = tuple(
                        dict.fromkeys(spelling.iri for spelling in fitting if spelling.iri)
                    )
                    is_refused = any(not spelling.iri for spelling in fitting)
                    # with the quotation mark or bracket a name ends in, and the space before
                    tail = text[end : end + 2]
                    marks = {spelling.words[-1:] for spelling in fitting}
                    is_closed = not tail.lstrip()[:1].isalnum() and tail.lstrip()[:1] in marks - {
                        ""
                    }
                    end += len(tail) - len(tail.lstrip()) + 1 if is_closed else 0
                    longest = [(start, end, () if is_refused else iris, final - place + 1)]
                final += 1
                if final == len(listed):
                    break
                # what stands between two words may stand inside a name: a blank line may not
                between = text[listed[final - 1][1] : listed[final][0]]
                if between not in (" ", "’", "-", "'") and (
                    "\n\n" in between or not _BETWEEN.fullmatch(between)
                ):
                    break
                node = node.get(listed[final][2])
            occurrences += longest
        return tuple(occurrences)


def words_of(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _WORD.finditer(text):
        yield match.start(), match.end(), _folded_word(match[0])


@lru_cache(maxsize=1 << 16)
def _folded_word(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    if plain.isdigit():
        return plain
    return (
        plain[:_STEM] + plain[_STEM:].rstrip(_ENDINGS)
        if len(plain) > _STEM
        else plain.removesuffix("s") or plain
    )


def _fits(name: str, printed: str) -> bool:
    if not ({*printed} & _HARD) <= {*name} & _HARD:
        return False
    ours = _WORD.findall(name)
    theirs = _WORD.findall(printed)
    pairs = list(zip(ours, theirs, strict=True))
    if any(_is_acronym(our) != _is_acronym(their) for our, their in pairs if len(our) > 1):
        return not any(map(_is_acronym, ours)) and printed == printed.upper() and len(ours) > 2
    if len(ours) > 2:
        return True
    keeping = pairs[1 if len(ours) > 1 and not ours[-1].islower() else 0 :]
    return all(not our[0].isupper() or their[0].isupper() for our, their in keeping)


def _is_acronym(word: str) -> bool:
    stem = word.removesuffix("s")
    return len(stem) > 1 and stem.isupper()


_TAIL: Final = re.compile(r"\s*\([^()]*\)\s*$")
_YEARS: Final = re.compile(
    r",?\s+\(?\d{4}(?:\s*[-–—/]\s*\d{2,4})?\)?$|\s+(?:pour|for|until|of|jusqu[’']en|à l[’']horizon)$"
)
_ABBREVIATION: Final = re.compile(r"\(([A-Z][A-Za-z]*[A-Z][A-Za-z]*s?(?: ?\d)?)\)\s*$")
_EDITION: Final = re.compile(r"([A-Z][A-Za-z]*[A-Z][A-Za-z]*) ?\d")
# abbreviations that many plans have; with a number behind them they are an edition
_ALIKE: Final = frozenset(("PAN", "NAP", "NAPs", "PAN RSE", "CBP", "PBC"))


def variants(label: str, *, dated: bool = True) -> Iterator[str]:
    if " · " in label:
        return  # a short name of ours for a list, whose second half is our word
    label = label.strip()
    if not label.endswith(")"):
        yield label
    if (match := _EDITION.fullmatch(label)) and match[1] not in _ALIKE:
        yield match[1]
    bare = label
    for cut in (_YEARS, _TAIL, _YEARS, _TAIL, _YEARS, _YEARS) if dated else (_TAIL,):
        if cut is _TAIL and (match := _ABBREVIATION.search(bare)) and match[1] not in _ALIKE:
            yield match[1]
        bare = cut.sub("", bare).strip(" ,–-")
    listed = _WORD.findall(bare)
    if bare != label and (
        len(listed) > 2 or (len(listed) > 1 and all(word[0].isupper() for word in listed))
    ):
        yield bare


# Names in a text

_AHEAD: Final = re.compile(
    r"(?<![\w-])(?:EU|UE|UN|UNO|VN|ONU|ILO|IAO|OIT)(?: |-|’s |'s )$"
    r"|(?<!\w)International Labou?r Organi[sz]ation(?: \(ILO\))? $"
    r"|(?<!\w)(?:United Nations|European Union)(?:’|')? $"
)
_OTHER: Final = re.compile(
    r"(?<!\w)(?:OECD|OCDE)(?:[ -]|’s |'s )$|^ (?:de l['’]OCDE|der OECD|of the OECD|OCDE)"
)
_NUMBERED: Final = re.compile(
    r"(?<![\w-])(?:PAN|NAPs?)[ -]?(?:n[°º]\s?)?"
    r"(?:(?P<number>\d)(?![\w.]*\d)|(?P<year>20\d\d)\s?[-–/]\s?(?:20)?\d\d)(?!\w)"
)
_FOLLOWING: Final = re.compile(r"^\s*\(?(?:n[°º]\s*)?(?P<number>\d)\)?(?![\w.,/%-]*\d)(?=\W|$)")
_SPAN: Final = re.compile(
    r"^,?\s*(?P<before>pour la période\s+|for\s+|für\s+|\()?(?P<from>(?:19|20)\d\d)\s*[-–—/]\s*(?P<to>(?:19|20)?\d\d)"
)
_WINDOW: Final = 60
_DISTINCT: Final = (
    4  # from how many words on a name of a country's own thing is known in the documents of others
)


@cache
def _spoken() -> tuple[dict[str, str], dict[str, str]]:
    """Which number a word such as « second » is, and which country a name."""
    ordinals = {
        word: number for number, listed in table("mentions")["ordinal"].items() for word in listed
    }
    names = {name: code for code, country in countries().items() for _, name in country.names.words}
    return ordinals, names


@dataclass(frozen=True)
class NamesInText:
    text: str
    names: NamesInTexts
    day: date | None
    country: str
    plan: str

    def _mention(self, start: int, end: int, things: Sequence[Thing], rule: str) -> Mention:
        surface = self.text[start:end]
        kind = things[0].kind
        if len(things) == 1:
            return Mention(start, end, surface, things[0].iri, kind, rule)
        choices = tuple(dict.fromkeys(thing.iri for thing in things))
        return Mention(start, end, surface, "", kind, rule, "several", choices=choices)

    def mentions(self) -> Iterator[Mention]:
        # « Plan 2 »: the second edition of the country's plan, of the subject of the document where
        # that is known
        numbers = list(_NUMBERED.finditer(self.text))
        text = self.text
        things = self.names.things
        own = things.get(self.plan)
        called = (
            {name.iri for name in self.names.spellings if _NUMBERED.fullmatch(name.words)}
            if numbers
            else set()
        )
        families = {things[iri].family for iri in called if iri in things}
        for match in numbers:
            plans = [
                plan
                for plan in things.values()
                if plan.kind == "plan"
                and (match["number"] or match["year"]) in plan.editions
                and plan.country == (self.country or plan.country)
                and (plan.family in families or (own is not None and plan.family == own.family))
            ]
            plans = [
                plan for plan in plans if own is not None and plan.family == own.family
            ] or plans
            if plans:
                yield self._mention(*match.span(), plans, "plan-edition")
        # an abbreviation of two or three letters is often something else too: without something
        # else of its family in the text it is none
        occurrences = self.names.find(text)
        short = {
            name
            for name in occurrences
            if name[1] - name[0] <= 3 and text[name[0] : name[1]].isupper()
        }
        families = {
            things[iri].family for name in occurrences for iri in name[2] if name not in short
        }
        for name in occurrences:
            start, end, iris, _ = name
            if name in short and not families & {things[iri].family for iri in iris}:
                continue
            if not iris:
                yield Mention(start, end, text[start:end], "", "", "not-mention")
            elif mention := self._named(name):
                yield mention

    def _named(self, name: Occurrence) -> Mention | None:
        start, end, iris, length = name
        referents = [self.names.things[iri] for iri in iris if iri in self.names.things]
        # short names of other countries' things are not known abroad
        referents = [
            entry
            for entry in referents
            if entry.country in ("", self.country) or length >= _DISTINCT
        ]
        # an initiative is often a text and the body that carries it; what a plan rests on is the
        # text
        referents = [entry for entry in referents if entry.kind != "body"] or referents
        before = self.text[max(0, start - _WINDOW) : start]
        # « guiding principles » may be those of the OECD, whose guidelines have that name in French
        sides = (before, self.text[end : end + _WINDOW])
        if not referents or (referents[0].key == "ungp" and any(map(_OTHER.search, sides))):
            return None
        # what belongs to a name before it: « EU », « ILO », or the first part of a compound
        is_worldwide = not referents[0].country and referents[0].kind in ("instrument", "plan")
        if is_worldwide and (ahead := _AHEAD.search(before)):
            start -= len(before) - ahead.start()
        elif (compound := re.search(r"[\w-]*-$", before)) and compound[0] != "-":
            start -= len(before) - compound.start()
        if referents[0].kind == "plan":
            return self._plan(start, end, referents)
        valid = (
            [entry for entry in referents if entry.is_valid(self.day)]
            if referents[0].kind == "body"
            else referents
        )
        if not valid:
            return replace(
                self._mention(start, end, referents[:1], "name"), note="name-of-another-day"
            )
        local = [entry for entry in valid if entry.country == self.country] if self.country else []
        referent = local or [entry for entry in valid if not entry.country] or valid
        return self._mention(start, end, referent, "name")

    def _plan(self, start: int, end: int, things: Sequence[Thing]) -> Mention | None:
        before = self.text[max(0, start - _WINDOW) : start]
        # « Ireland’s National Action Plan » is of another country
        owner = re.search(r"(\w+)(?:’s|'s)\s+$", before)
        ordinals, country_names = _spoken()
        if owner and country_names.get(owner[1], self.country) != self.country:
            return None
        # the edition or the first year that stands beside the name
        word = re.search(r"([\w’']+)\s+$", before)
        edition = ordinals.get(word[1].casefold(), "") if word else ""
        if word and edition:
            start -= len(word[0])
        after = self.text[end : end + _WINDOW]
        if span := _SPAN.match(after):
            edition = span["from"]
            end = end if span["before"] else end + span.end()
        elif number := _FOLLOWING.match(after):
            edition = number["number"]
            end = end + number.end("number")
        local = (
            [plan for plan in things if plan.country in (self.country, "")]
            if self.country
            else [*things]
        )
        if not local:
            return None
        families = {plan.family for plan in local}
        if len(families) > 1:
            return self._mention(start, end, local, "plan-name")
        editions = self.names.editions.get(families.pop(), tuple(local))
        fitting = [plan for plan in editions if edition in plan.editions] if edition else []
        if len(fitting) == 1:
            return self._mention(start, end, fitting, "plan-edition")
        known_editions = [plan for plan in local if not plan.is_unknown]
        name = self.text[start:end]
        tells_edition = (
            re.search(r"\d", name)
            or {fragment.casefold() for fragment in name.split()} & ordinals.keys()
        )
        if len(editions) == 1 or (len(known_editions) == len(local) == 1 and tells_edition):
            return self._mention(start, end, (known_editions or editions)[:1], "plan-name")
        earlier = [
            plan
            for plan in editions
            if self.day is None or plan.start is None or plan.start <= self.day
        ]
        latest = (earlier or editions)[-1]
        choices = tuple(plan.iri for plan in editions if plan.iri != latest.iri)
        return replace(
            self._mention(start, end, [latest], "plan-name"), note="latest-edition", choices=choices
        )


# Names a text gives itself


def find_definitions(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The names that stand defined behind a mention, wherever they stand after that."""
    defined: dict[str, list[tuple[int, Mention]]] = {}
    for mention in mentions:
        if mention.target and (match := pattern("definition", 0).match(text, mention.end)):
            name = (match["quoted"] or match["plain"] or match["bare"]).strip()
            if len(name) > 1:
                defined.setdefault(name, []).append((match.end(), mention))
    if not defined:
        return
    for again in re.finditer(rf"(?<![\w-]){either(map(re.escape, defined))}(?!\w)", text):
        before = [mention for end, mention in defined[again[0]] if end <= again.start()]
        if before:
            mention = before[-1]
            yield Mention(
                *again.span(),
                again[0],
                mention.target,
                mention.kind,
                "definition",
                others=mention.others,
            )


_ACTS: Final = {
    "dir": "eu-act",
    "reg": "eu-act",
    "dec": "eu-act",
    "law": "national-act",
    "convention": "ilo",
}


def find_short_forms(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    done = list(mentions)
    for match in pattern("short").finditer(text):
        kind = next(key for key in _ACTS if match[key] or match[f"c_{key}"])
        if referent := _meant(text, match.start(), kind, done):
            mention = Mention(
                *match.span(), match[0], referent.target, referent.kind, "short-form", "refers-back"
            )
            done.append(mention)
            yield mention
    for match in pattern("short-last").finditer(text):
        near = [m for m in done if m.end <= match.start() and m.kind in ("eu-act", "national-act")]
        if (
            near
            and near[-1].target
            and re.fullmatch(r"\s*[;,]\s*", text[near[-1].end : match.start()])
        ):
            yield Mention(
                *match.span(), match[0], near[-1].target, near[-1].kind, "short-form", "refers-back"
            )


def _meant(text: str, start: int, kind: str, mentions: Sequence[Mention]) -> Mention | None:
    ahead = text.rfind("\n\n", 0, start)
    begin = text.rfind("\n\n", 0, ahead) if ahead > 0 else 0
    before = []
    for mention in mentions:
        if begin <= mention.start < start and mention.kind in (_ACTS[kind], "instrument"):
            if mention.kind == "eu-act" or re.search("/eli/(?:dir|reg|dec)", mention.target):
                is_of = f"/eli/{kind}" in mention.target
            else:
                is_of = kind == "law" or (kind == "convention" and mention.kind != "instrument")
            before += [mention] * is_of
    if not before:
        return None
    referent = max(before, key=lambda mention: mention.start)
    noun = re.compile(rf"\w*{either(table('mentions')['short'][kind])}\w*", re.IGNORECASE)
    for match in noun.finditer(text, referent.end, start):
        # a plural stands before the numbers of a list, which are mentions themselves
        is_listing = re.match(
            r"\s*(?:\([A-Z]+\)\s*)?(?:n[°º]s?\s*)?\d", text[match.end() : match.end() + 20]
        )
        if not is_listing and not any(m.start <= match.start() < m.end for m in mentions):
            return None
    return referent if referent.target else None


_LABEL: Final = re.compile(r"(?:^|[;•|])\s*(?:[-–•*]\s*)?(?P<label>[^\W\d_][^:;.!?|]{1,48}?)\s?:\s")
# how many words a label has at most that no role is known for; what is longer introduces a sentence
_LONGEST: Final = 4
_SENTENCE: Final = re.compile(r"[.!?…]\s+(?=[A-ZÀ-Ü«“„])|[\n\t:;]")
# how many words may stand between a name and what says its role: articles, « le ministère de », «
# notably »
_NEAR: Final = 3
_AROUND: Final = 300
_PLAIN_WORD: Final = re.compile(r"[^\W_]+")
_CASE: Final = re.compile(r"\s*\((?:s|e|es|en|in|innen)\)|[·/](?:e|s|es|in|innen)\b", re.IGNORECASE)


class Role(NamedTuple):
    key: str
    said: str
    how: str

    @property
    def rank(self) -> float:
        return float(table("roles")["rank"][self.how])


def keys() -> frozenset[str]:
    return frozenset(
        str(row["role"]) for row in (*table("roles")["role"], table("roles")["default"])
    )


@cache
def _patterns(side: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    begin, end = ("", "") if side == "field" else (r"(?<!\w)", r"(?!\w)")
    return tuple(
        (str(row["role"]), re.compile(f"{begin}{either(row[side])}{end}", re.IGNORECASE))
        for row in table("roles")["role"]
        if side in row
    )


def role_of(document: Document, mention: Mention, others: Sequence[Mention] = ()) -> Role | None:
    """The role a document gives the body of a mention; ``others`` may stand in a list between a name and its verb."""
    block = document.block_at(mention.start)
    if block is None:
        return None
    at = mention.start - block.start
    labels = list(_labels(document, block, at))
    for label in labels:
        if role := _of_label(label):
            return Role(role, label, "field")
    if role_beside := _beside(block, at, mention.end - block.start, others):
        return role_beside
    short = [label for label in labels if len(label.split()) <= _LONGEST]
    return Role(str(table("roles")["default"]["role"]), short[0], "default") if short else None


def _of_label(label: str) -> str:
    plain = _CASE.sub("", label).strip(" :*•–-")
    return next((role for role, pattern in _patterns("field") if pattern.fullmatch(plain)), "")


def _labels(document: Document, block: DocumentBlock, at: int) -> Iterator[str]:
    line_start = block.text.rfind(BETWEEN_ROWS, 0, at) + 1
    cell_start = max(line_start, block.text.rfind(BETWEEN_CELLS, 0, at) + 1)
    before = block.text[cell_start:at]
    labels = list(_LABEL.finditer(before))
    if labels and not re.search(r"[.!?]\s", before[labels[-1].end() :]):
        yield labels[-1]["label"].strip()
    elif block.kind == "table":
        # the cell left of it where that is the label of a row, and the head of its column
        cells = block.text[line_start:at].split(BETWEEN_CELLS)
        heads = block.text.split(BETWEEN_ROWS)[0].split(BETWEEN_CELLS)
        if len(cells) > 1 and _of_label(cells[-2]):
            yield cells[-2].strip()
        if line_start and len(cells) <= len(heads) and _of_label(heads[len(cells) - 1]):
            yield heads[len(cells) - 1].strip()
    else:
        # a line of its own may be the label of what follows, be it a list
        for above in reversed(
            [earlier for earlier in document.blocks if earlier.start < block.start]
        ):
            is_label = bool(_of_label(above.text))
            if is_label:
                yield above.text.strip(" :")
            if is_label or above.kind != "item" or block.kind != "item":
                return


def _beside(block: DocumentBlock, start: int, end: int, mentions: Sequence[Mention]) -> Role | None:
    text = hidden = block.text
    bounds = list(_SENTENCE.finditer(text))
    begin = max((bound.end() for bound in bounds if bound.end() <= start), default=0)
    finish = min((bound.start() for bound in bounds if bound.start() >= end), default=len(text))
    for mention in mentions:
        # names in a list do not part a name from its verb
        if block.start <= mention.start < block.end:
            low = mention.start - block.start
            high = mention.end - block.start
            hidden = hidden[:low] + " " * (high - low) + hidden[high:]
    sides = {
        "before": (max(begin, start - _AROUND), start),
        "after": (end, min(finish, end + _AROUND)),
    }
    roles = []
    for side, (low, high) in sides.items():
        for place, (role, pattern) in enumerate(_patterns(side)):
            for spot in pattern.finditer(hidden, low, high):
                between = (
                    hidden[spot.end() : high] if side == "before" else hidden[low : spot.start()]
                )
                distance = len(_PLAIN_WORD.findall(between))
                if distance <= _NEAR:
                    roles.append(
                        (distance, place, Role(role, text[spot.start() : spot.end()].strip(), side))
                    )
    return min(roles, key=lambda ranked: ranked[:2])[2] if roles else None
