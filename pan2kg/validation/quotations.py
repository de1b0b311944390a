"""Quotations, titles and numbers held against the texts a project keeps of the documents it cites.

``texts/<key of the document>.txt`` is such a text, in UTF-8. Where a text may not be kept, ``texts/<key>.hashes`` holds
a salted hash of every run of :data:`RUN` words of it: enough to find a quotation in it, not to read it. Neither is
published. Words are compared one for one and in their order, after :func:`folded` has made alike what printing and
copying make different; ``…``, bare or in brackets, stands for what a quotation leaves out.

Titles and numbers are compared with the published list of a plan: the kept text, among the documents its actions and
parts name as their sources, in which most of their titles stand.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.turtle.blocks import Block, TurtleFile, Written
from pan2kg.turtle.vocabulary import kind_and_key
from pan2kg.turtle.writer import string
from pan2kg.validation.report import Finding, Kind, Report, Rule, Severity, Use, worded_rules

RUN: Final = 4
"""How many words in a row make a hash: fewer stand in many texts, more leave short quotations uncompared."""
_DIGITS: Final = 12
_TEXT: Final = Messages("text")
_WARNED: Final = frozenset(("text-kept",))
_COUNTED: Final = ("text-compared", "text-uncompared")
_LISTED: Final = frozenset(("pan:Action", "pan:Category", "pan:PlanPart"))
_FOLDED: Final = str.maketrans(
    dict.fromkeys("’‘ʼ‛´`′", "'") | dict.fromkeys("“”„‟″", '"') | dict.fromkeys("‐‑‒–—−", "-") | {"\u00ad": ""}
)
_MARKS: Final = re.compile(r"\s*[»›]|[«‹]\s*")
_CUT: Final = re.compile(r"[\[(]\s*(?:…|\.\.\.)\s*[\])]|…|\.\.\.")
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+))?', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_EDGE: Final = re.compile(r"^[\W_]+|[\W_]+$")
_SALT: Final = "salt "
_HASHES: Final = re.compile(rf"{_SALT}[0-9a-f]{{32}}\n(?:[0-9a-f]{{{_DIGITS}}}\n)*")


def folded(text: str) -> str:
    """A text as it is compared: composed (NFC), one space between words, one form of apostrophe, quote and hyphen.

    >>> folded("l’«\u00a0entité\u00a0»  –\\nou “autre”"), folded("e\u0301tat")
    ('l\\'"entité" - ou "autre"', 'état')
    """
    marked = _MARKS.sub('"', unicodedata.normalize("NFC", text).translate(_FOLDED))
    return " ".join(marked.split())


def pieces(quote: str) -> list[str]:
    """What stands between the cuts of a quotation, folded; nothing where it has no words.

    >>> pieces("Les ministères […] veillent…"), pieces("…")
    (['Les ministères', 'veillent'], [])
    """
    return [words for part in _CUT.split(quote) if (words := folded(part)) and any(map(str.isalnum, words))]


def _words(text: str) -> list[str]:
    """The words of a folded text without the marks around them."""
    return [bare for word in text.split() if (bare := _EDGE.sub("", word))]


@dataclass(frozen=True)
class KeptText:
    """The words of a document; ``name`` is that of the file."""

    document: str
    name: str
    text: str

    @cached_property
    def _folded(self) -> str:
        return folded(self.text)

    @cached_property
    def _lines(self) -> list[str]:
        return [line for line in map(folded, self.text.splitlines()) if line]

    def holds(self, quote: str) -> bool | None:
        """Whether a quotation stands in it, whole words of it, each piece behind the one before.

        >>> text = KeptText("x", "x.txt", "Former les juges, puis\\nles avocats.")
        >>> text.holds("Former les juges … les avocats"), text.holds("les avocats … Former"), text.holds("les juge")
        (True, False, False)
        """
        found = pieces(quote)
        start = 0
        for piece in found:
            match = _whole(piece).search(self._folded, start)
            if not match:
                return False
            start = match.end()
        return bool(found)

    def numbers(self, title: str, number: str) -> bool | None:
        """Whether a title stands on a line behind its number; ``None`` where it stands on none.

        >>> text = KeptText("x", "x.txt", "Catégorie 1 : Former\\n1.1. Former les juges")
        >>> text.numbers("Former les juges", "1.1"), text.numbers("Former", "2"), text.numbers("Punir", "1")
        (True, False, None)
        """
        wanted = _whole(folded(title))
        before = [line[: found.start()] for line in self._lines if (found := wanted.search(line))]
        ends = re.compile(rf"(?<![\w.]){re.escape(folded(number))}\W*$")
        return any(ends.search(one) for one in before) if before else None

    def nearest(self, quote: str) -> str:
        """The words of the text that are most like a quotation, as they are printed; empty where none are alike."""
        printed = self.text.split()
        own, wanted = [_bare(word) for word in printed], [_bare(word) for word in quote.split()]
        size, sought = len(wanted), Counter(wanted)
        best, at = (0, 0), 0
        for start in range(max(len(own) - size, 0) + 1):
            some = own[start : start + size]
            alike = (sought & Counter(some)).total(), sum(map(str.__eq__, some, wanted))
            if alike > best:
                best, at = alike, start
        return " ".join(printed[at : at + size]) if 2 * best[0] >= size > 0 else ""


def _bare(word: str) -> str:
    return _EDGE.sub("", folded(word)).casefold()


def _whole(piece: str) -> re.Pattern[str]:
    """A piece where it begins and ends with a word of the text."""
    return re.compile(rf"(?<!\w){re.escape(piece)}(?!\w)" if piece else r"(?!)")


@dataclass(frozen=True)
class KeptHashes:
    """Hashes of the runs of words of a document, where its text may not be kept."""

    document: str
    name: str
    salt: str
    hashes: frozenset[str]

    def holds(self, quote: str) -> bool | None:
        """Whether each run of words of a quotation stands in the text; ``None`` where a piece is too short to tell.

        >>> kept = read_hashes("x", "x", hashes_of("Former les juges et les avocats", "0" * 32))
        >>> kept.holds("Former les juges et"), kept.holds("Former des juges et"), kept.holds("Former les juges")
        (True, False, None)
        """
        found = [_words(piece) for piece in pieces(quote)]
        runs = [run for words in found for run in _runs(words)]
        if not all(_hash(run, self.salt) in self.hashes for run in runs):
            return False
        return None if not found or any(len(words) < RUN for words in found) else True

    def numbers(self, title: str, number: str) -> bool | None:
        """Whether a title stands behind its number; ``None`` where it is too short to tell, or stands nowhere."""
        return self.holds(f"{number} {title}") if self.holds(title) else None

    def nearest(self, quote: str) -> str:
        """Nothing: the words cannot be read."""
        del quote
        return ""


Kept = KeptText | KeptHashes


def _runs(words: Sequence[str]) -> Iterator[str]:
    for start in range(len(words) - RUN + 1):
        yield " ".join(words[start : start + RUN])


def _hash(run: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}|{run}".encode()).hexdigest()[:_DIGITS]


def hashes_of(text: str, salt: str) -> str:
    """What is kept of a text that may not be kept itself: the salt, and the hashes in an order that is not the text’s.

    ``salt`` has 32 hexadecimal digits.
    """
    found = sorted({_hash(run, salt) for run in _runs(_words(folded(text)))})
    return "".join(f"{line}\n" for line in (_SALT + salt, *found))


def read_hashes(document: str, name: str, content: str) -> KeptHashes:
    """What :func:`hashes_of` has made.

    Raises:
        ProjectError: it is something else.
    """
    if not _HASHES.fullmatch(content):
        raise ProjectError("no-hashes", place=Place(name), remedy="keep-anew")
    salt, *found = content.split("\n")[:-1]
    return KeptHashes(document, name, salt.removeprefix(_SALT), frozenset(found))


def kept_texts(project: Project) -> dict[str, Kept]:
    """The texts a project keeps, by the key of their document; a text itself comes before its hashes.

    Raises:
        ProjectError: one cannot be read, is not UTF-8, or holds no hashes.
    """
    found: dict[str, Kept] = {}
    for path in sorted(project.texts.glob("*.hashes")):
        found[path.stem] = read_hashes(path.stem, project.name_of(path), read_text(path))
    for path in sorted(project.texts.glob("*.txt")):
        found[path.stem] = KeptText(path.stem, project.name_of(path), read_text(path))
    return found


def quotation_rules() -> dict[str, Rule]:
    """The rules by their keys; what is only counted comes last.

    >>> quotation_rules()["text-quote"].severity
    <Severity.VIOLATION: 'violation'>
    """
    found = worded_rules(_TEXT, Kind.TEXT, ("text-quote", "text-title", "text-number", "text-kept"), _WARNED)
    counted = {key: Rule(key, Kind.TEXT, Severity.INFO, _TEXT.text(key), use=Use.STATISTIC) for key in _COUNTED}
    return found | counted


def check_quotations(files: Sequence[TurtleFile], kept: Mapping[str, Kept]) -> Report:
    """What does not stand in the kept texts as the files say, and how much was compared with one, or could not be."""
    rules, compared, looked = quotation_rules(), Counter[str](), Counter[str]()
    findings = list(_quotes(files, kept, rules, compared))
    quotes = compared.total()
    if kept:
        lists = list(_lists(files, kept))
        looked["text-title"] = looked["text-number"] = sum(len(one.items) for one in lists)
        compared["text-compared"] += looked["text-title"]
        findings += [finding for one in lists for finding in one.findings(rules)]
        findings += _strangers(files, kept, rules["text-kept"])
        looked["text-kept"] = len(kept)
    looked += Counter({"text-quote": quotes} | dict.fromkeys(_COUNTED, quotes))
    statistics = {key: number for key in _COUNTED if (number := compared[key])}
    asked = tuple(rule for key, rule in rules.items() if looked[key])
    return Report(asked, tuple(findings), dict(looked), statistics=statistics)


def _quotes(
    files: Iterable[TurtleFile], kept: Mapping[str, Kept], rules: Mapping[str, Rule], compared: Counter[str]
) -> Iterator[Finding]:
    for file in files:
        for block in file.blocks:
            quote = next(_said(block, "pan:quote"), None)
            if quote is None or not (literal := _literal(quote)):
                continue
            words, documents = literal[0], _documents(file, block, "pan:inDocument")
            held = [one.holds(words) for key in documents if (one := kept.get(key))]
            known = [one for one in held if one is not None]
            if not pieces(words) or (known and not any(known)):
                near = next((said for key in documents if key in kept and (said := kept[key].nearest(words))), "")
                elsewhere = next((one.document for one in kept.values() if one.holds(words)), "")
                better = near or (f"document:{elsewhere}" if elsewhere else "")
                yield _finding(rules["text-quote"], file, block, quote, words, better)
            compared["text-compared" if known else "text-uncompared"] += 1


@dataclass(frozen=True, slots=True)
class _Item:
    """An action or a part with its title in the language of a text, and its number as it is written."""

    file: TurtleFile
    block: Block
    title: Written
    words: str
    number: Written | None


@dataclass(frozen=True, slots=True)
class _List:
    """The published list of a plan, and what of the plan it is the source of."""

    kept: Kept
    items: tuple[_Item, ...]

    def findings(self, rules: Mapping[str, Rule]) -> Iterator[Finding]:
        """The titles that do not stand there, and the numbers, where it numbers most of them."""
        ways = [(item, self._numbered(item)) for item in self.items]
        numbered = 2 * sum(way is True for _, way in ways) >= sum(way is not None for _, way in ways)
        for item, way in ways:
            if self.kept.holds(item.words) is False:
                near = self.kept.nearest(item.words)
                yield _finding(rules["text-title"], item.file, item.block, item.title, item.words, near)
            elif numbered and way is False and item.number and (literal := _literal(item.number)):
                yield _finding(rules["text-number"], item.file, item.block, item.number, literal[0], "")

    def _numbered(self, item: _Item) -> bool | None:
        literal = _literal(item.number) if item.number else None
        return self.kept.numbers(item.words, literal[0]) if literal else None


def _lists(files: Iterable[TurtleFile], kept: Mapping[str, Kept]) -> Iterator[_List]:
    """The published list of each plan: a kept text in which most titles of what names it as its source stand."""
    named: dict[tuple[str, str, str], list[_Item]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            if block.statements and block.statements[0].object in _LISTED:
                plan = next((file.expand(one.object) for one in _said(block, "pan:inPlan")), "")
                for key in _documents(file, block, "dcterms:source"):
                    if key in kept:
                        for tag, item in _titled(file, block):
                            named[plan, key, tag].append(item)
    for (_, key, _), items in named.items():
        if 2 * sum(kept[key].holds(item.words) is True for item in items) > len(items):
            yield _List(kept[key], tuple(items))


def _titled(file: TurtleFile, block: Block) -> Iterator[tuple[str, _Item]]:
    """What a block is called in each language."""
    number = next(_said(block, "skos:notation"), None)
    for statement in _said(block, "skos:prefLabel"):
        if literal := _literal(statement):
            yield literal[1], _Item(file, block, statement, literal[0], number)


def _said(block: Block, predicate: str) -> Iterator[Written]:
    return (one for one in block.statements if one.predicate == predicate)


def _strangers(files: Iterable[TurtleFile], kept: Mapping[str, Kept], rule: Rule) -> Iterator[Finding]:
    """Texts that are kept of a document the graph does not know."""
    known = {kind_and_key(file.expand(block.subject)) for file in files for block in file.blocks}
    for one in kept.values():
        if ("document", one.document) not in known:
            yield Finding(rule, "", value=string(one.document), place=Place(one.name))


def _documents(file: TurtleFile, block: Block, predicate: str) -> list[str]:
    """The keys of the documents a block names under a property."""
    named = (kind_and_key(file.expand(one.object)) for one in _said(block, predicate))
    return [key for kind, key in named if kind == "document"]


def _literal(statement: Written) -> tuple[str, str] | None:
    """The words of a statement and their language."""
    found = _LITERAL.fullmatch(statement.object)
    return (_ESCAPED.sub(_unescaped, found[1]), found[2] or "") if found else None


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _PLAIN.get(found[3], found[3])


def _finding(rule: Rule, file: TurtleFile, block: Block, statement: Written, value: str, better: str) -> Finding:
    expected = Text.of(dict.fromkeys(LANGUAGES, better)) if better else Text()
    place, path = Place(file.name, statement.line), file.expand(statement.predicate)
    return Finding(rule, file.expand(block.subject), path, string(value), place, expected=expected)
