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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import LANGUAGES, Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.turtle.blocks import (
    SourceBlock as Block,
)
from pan2kg.turtle.blocks import (
    TurtleFile,
    read_turtle_files,
    unescaped,
)
from pan2kg.turtle.blocks import (
    WrittenStatement as Written,
)
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
    return [words for piece in _CUT.split(quote) if (words := folded(piece)) and any(map(str.isalnum, words))]


def _words(text: str) -> list[str]:
    return [bare for word in text.split() if (bare := _EDGE.sub("", word))]


@dataclass(frozen=True)
class KeptText:
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
    return re.compile(rf"(?<!\w){re.escape(piece)}(?!\w)" if piece else r"(?!)")


@dataclass(frozen=True)
class KeptHashes:
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
        runs_of_words = [_words(piece) for piece in pieces(quote)]
        runs = [run for words in runs_of_words for run in _runs(words)]
        if not all(_hash(run, self.salt) in self.hashes for run in runs):
            return False
        return None if not runs_of_words or any(len(words) < RUN for words in runs_of_words) else True

    def numbers(self, title: str, number: str) -> bool | None:
        return self.holds(f"{number} {title}") if self.holds(title) else None

    def nearest(self, quote: str) -> str:
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
    hashes = sorted({_hash(run, salt) for run in _runs(_words(folded(text)))})
    return "".join(f"{line}\n" for line in (_SALT + salt, *hashes))


def read_hashes(document: str, name: str, content: str) -> KeptHashes:
    if not _HASHES.fullmatch(content):
        raise ProjectError("no-hashes", place=Place(name), remedy="keep-anew")
    salt, *hashes = content.split("\n")[:-1]
    return KeptHashes(document, name, salt.removeprefix(_SALT), frozenset(hashes))


def kept_texts(project: Project) -> dict[str, Kept]:
    by_document: dict[str, Kept] = {}
    for path in sorted(project.texts.glob("*.hashes")):
        by_document[path.stem] = read_hashes(path.stem, project.name_of(path), read_text(path))
    for path in sorted(project.texts.glob("*.txt")):
        by_document[path.stem] = KeptText(path.stem, project.name_of(path), read_text(path))
    return by_document


def quotation_rules() -> dict[str, Rule]:
    """The rules by their keys; what is only counted comes last.

    >>> quotation_rules()["text-quote"].severity
    <Severity.VIOLATION: 'violation'>
    """
    rules = worded_rules(_TEXT, Kind.TEXT, ("text-quote", "text-title", "text-number", "text-kept"), _WARNED)
    counted = {key: Rule(key, Kind.TEXT, Severity.INFO, _TEXT.text(key), use=Use.STATISTIC) for key in _COUNTED}
    return rules | counted


def check_quotations(files: Sequence[TurtleFile], kept: Mapping[str, Kept]) -> Report:
    rules, compared, counts = quotation_rules(), Counter[str](), Counter[str]()
    findings = list(_quotes(files, kept, rules, compared))
    quotes = compared.total()
    if kept:
        lists = list(_lists(files, kept))
        counts["text-title"] = counts["text-number"] = sum(len(plan_list.items) for plan_list in lists)
        compared["text-compared"] += counts["text-title"]
        findings += [finding for plan_list in lists for finding in plan_list.findings(rules)]
        findings += _strangers(files, kept, rules["text-kept"])
        counts["text-kept"] = len(kept)
    counts += Counter({"text-quote": quotes} | dict.fromkeys(_COUNTED, quotes))
    statistics = {key: number for key in _COUNTED if (number := compared[key])}
    rules_asked = tuple(rule for key, rule in rules.items() if counts[key])
    return Report(rules_asked, tuple(findings), dict(counts), statistics=statistics)


def _quotes(
    files: Iterable[TurtleFile], kept: Mapping[str, Kept], rules: Mapping[str, Rule], compared: Counter[str]
) -> Iterator[Finding]:
    for file in files:
        for block in file.blocks:
            quote = next(_said(block, "pan:quote"), None)
            if quote is None or not (literal := _literal(quote)):
                continue
            words, documents = literal[0], _documents(file, block, "pan:inDocument")
            answers = [answer.holds(words) for key in documents if (answer := kept.get(key))]
            certain = [answer for answer in answers if answer is not None]
            if not pieces(words) or (certain and not any(certain)):
                near = next((text for key in documents if key in kept and (text := kept[key].nearest(words))), "")
                elsewhere = next((answer.document for answer in kept.values() if answer.holds(words)), "")
                better = near or (f"document:{elsewhere}" if elsewhere else "")
                yield _finding(rules["text-quote"], file, block, quote, words, better)
            compared["text-compared" if certain else "text-uncompared"] += 1


@dataclass(frozen=True, slots=True)
class _Item:
    file: TurtleFile
    block: Block
    title: Written
    words: str
    number: Written | None


@dataclass(frozen=True, slots=True)
class _List:
    kept: Kept
    items: tuple[_Item, ...]

    def findings(self, rules: Mapping[str, Rule]) -> Iterator[Finding]:
        ways = [(item, self._numbered(item)) for item in self.items]
        numbered = 2 * sum(is_printed is True for _, is_printed in ways) >= sum(
            is_printed is not None for _, is_printed in ways
        )
        for item, is_printed in ways:
            if self.kept.holds(item.words) is False:
                near = self.kept.nearest(item.words)
                yield _finding(rules["text-title"], item.file, item.block, item.title, item.words, near)
            elif numbered and is_printed is False and item.number and (literal := _literal(item.number)):
                yield _finding(rules["text-number"], item.file, item.block, item.number, literal[0], "")

    def _numbered(self, item: _Item) -> bool | None:
        literal = _literal(item.number) if item.number else None
        return self.kept.numbers(item.words, literal[0]) if literal else None


def _lists(files: Iterable[TurtleFile], kept: Mapping[str, Kept]) -> Iterator[_List]:
    named: dict[tuple[str, str, str], list[_Item]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            if block.statements and block.statements[0].object in _LISTED:
                plan = next((file.expand(statement.object) for statement in _said(block, "pan:inPlan")), "")
                for key in _documents(file, block, "dcterms:source"):
                    if key in kept:
                        for tag, item in _titled(file, block):
                            named[plan, key, tag].append(item)
    for (_, key, _), items in named.items():
        if 2 * sum(kept[key].holds(item.words) is True for item in items) > len(items):
            yield _List(kept[key], tuple(items))


def _titled(file: TurtleFile, block: Block) -> Iterator[tuple[str, _Item]]:
    number = next(_said(block, "skos:notation"), None)
    for statement in _said(block, "skos:prefLabel"):
        if literal := _literal(statement):
            yield literal[1], _Item(file, block, statement, literal[0], number)


def _said(block: Block, predicate: str) -> Iterator[Written]:
    return (statement for statement in block.statements if statement.predicate == predicate)


def _strangers(files: Iterable[TurtleFile], kept: Mapping[str, Kept], rule: Rule) -> Iterator[Finding]:
    subjects = {kind_and_key(file.expand(block.subject)) for file in files for block in file.blocks}
    for text in kept.values():
        if ("document", text.document) not in subjects:
            yield Finding(rule, "", value=string(text.document), place=Place(text.name))


def _documents(file: TurtleFile, block: Block, predicate: str) -> list[str]:
    documents = (kind_and_key(file.expand(statement.object)) for statement in _said(block, predicate))
    return [key for kind, key in documents if kind == "document"]


def _literal(statement: Written) -> tuple[str, str] | None:
    match = _LITERAL.fullmatch(statement.object)
    return (_ESCAPED.sub(_unescaped, match[1]), match[2] or "") if match else None


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _PLAIN.get(match[3], match[3])


def _finding(rule: Rule, file: TurtleFile, block: Block, statement: Written, value: str, better: str) -> Finding:
    expected = Text.of(dict.fromkeys(LANGUAGES, better)) if better else Text()
    place, path = Place(file.name, statement.line), file.expand(statement.predicate)
    return Finding(rule, file.expand(block.subject), path, string(value), place, expected=expected)


LONGEST: Final = (300, 60)
"""How long a quotation is without asking whoever holds the rights: characters, or words."""
SHARES: Final = (0.05, 0.10)
"""The share of a document above which its quotations are to be looked at, and above which they are too much."""
WHOLE: Final = 10
"""A quotation as many times longer than a short one is a text, however long the document is."""
_RULES: Final = ("text-long", "text-much", "text-whole")
_WARNED_OF_RIGHTS: Final = frozenset(("text-long", "text-much"))
_UNKNOWN: Final = "text-length-unknown"
_TITLES: Final = frozenset(("skos:prefLabel", "skos:altLabel", "skosxl:literalForm"))
_ACT: Final = re.compile(r"/eli/|\bCELEX\b|\bcelex=", re.IGNORECASE)
"""Addresses of official acts: the European legislation identifier, and the numbers of the law of the Union."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The quotations of a document: where each stands and its words, and how long the whole is, where that is known.

    ``length`` and the lengths of ``sizes`` are in characters, or both in words where ``in_words``.
    """

    document: str
    quotations: tuple[tuple[TurtleFile, Block, Written, str], ...]
    sizes: tuple[int, ...]
    length: int | None

    @property
    def share(self) -> float | None:
        return min(1.0, sum(self.sizes) / self.length) if self.length else None


def rights_rules() -> dict[str, Rule]:
    """The rules by their keys; what is only counted comes last.

    >>> [(key, str(rule.severity)) for key, rule in rights_rules().items()][2]
    ('text-whole', 'violation')
    """
    rules = worded_rules(_TEXT, Kind.TEXT, _RULES, _WARNED_OF_RIGHTS)
    return rules | {_UNKNOWN: Rule(_UNKNOWN, Kind.TEXT, Severity.INFO, _TEXT.text(_UNKNOWN), use=Use.STATISTIC)}


def check_rights(
    files: Sequence[TurtleFile], kept: Mapping[str, Kept], known: Sequence[TurtleFile] | None = None
) -> Report:
    """What these files quote at greater length than may be taken without asking; how many documents have no length.

    ``known`` are the files that say what documents and titles there are, where those are others.
    """
    rules = rights_rules()
    documents = list(quoted(files, kept, files if known is None else known))
    findings = [finding for document in documents for finding in _findings(document, rules)]
    number = sum(len(document.quotations) for document in documents)
    unknown = sum(document.share is None for document in documents)
    counts = {"text-long": number, "text-much": len(documents), "text-whole": len(documents), _UNKNOWN: len(documents)}
    rules_asked = tuple(rule for key, rule in rules.items() if counts[key])
    return Report(rules_asked, tuple(findings), counts, statistics={_UNKNOWN: unknown} if unknown else {})


def refuse_whole(project: Project) -> None:
    files = [file for project_member in project.members for file in read_turtle_files(project_member)]
    texts = {
        key: project_member
        for member in reversed(project.members)
        for key, project_member in kept_texts(member).items()
    }
    report = check_rights(files, texts)
    for finding in report.findings:
        if finding.rule.severity is Severity.VIOLATION:
            values = {"name": finding.focus.rpartition("/")[2], "size": finding.value.strip('"')}
            raise ProjectError("quoted-whole", place=finding.place, remedy="quote-less", **values)


def quoted(files: Sequence[TurtleFile], kept: Mapping[str, Kept], known: Sequence[TurtleFile]) -> Iterator[Quoted]:
    facts, titles = _said_of_documents(known), _titles(known)
    by_document: dict[str, list[tuple[TurtleFile, Block, Written, str]]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            for document, statement, words in _quotations(file, block):
                if not _is_free(facts.get(document, {})):
                    by_document[document].append((file, block, statement, words))
    for document, every in by_document.items():
        length, in_words = _length(facts.get(document, {}), kept.get(document))
        # whether it is a title is only asked where it matters
        not_titles = [
            quotation
            for quotation in every
            if not ((length or is_long(quotation[3])) and folded(quotation[3]) in titles)
        ]
        sizes = (
            len(words.split()) if in_words else len(words)
            for words in dict.fromkeys(quotation[3] for quotation in not_titles)
        )
        if not_titles:
            yield Quoted(document, tuple(not_titles), tuple(sizes), length)


def _said_of_documents(files: Iterable[TurtleFile]) -> Mapping[str, Mapping[str, list[str]]]:
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        for block in file.blocks:
            if block.subject.startswith("document:"):
                for statement in block.statements:
                    facts[kind_and_key(file.expand(block.subject))[1]][statement.predicate].append(statement.object)
    return facts


def _titles(files: Iterable[TurtleFile]) -> str:
    lines = dict.fromkeys(
        folded(_unquoted(statement.object))
        for file in files for block in file.blocks for statement in block.statements if statement.predicate in _TITLES
    )  # fmt: skip
    return "\n".join(lines)


def is_long(words: str, times: int = 1) -> bool:
    """Whether a quotation is longer than a short one, in characters and in words, or as many times longer.

    >>> is_long("mot " * 61), is_long("mot " * 90), is_long("mot " * 90, 10)
    (False, True, False)
    """
    return len(words.strip()) > times * LONGEST[0] and len(words.split()) > times * LONGEST[1]


def _quotations(file: TurtleFile, block: Block) -> Iterator[tuple[str, Written, str]]:
    documents = [
        kind_and_key(file.expand(statement.object))[1]
        for statement in block.statements
        if statement.predicate == "pan:inDocument"
    ]
    for statement in block.statements:
        if statement.predicate == "pan:quote":
            yield from ((document, statement, _unquoted(statement.object)) for document in documents)


def _unquoted(literal: str) -> str:
    match = _LITERAL.match(literal)
    return unescaped(match[1]) if match else ""


def _is_free(facts: Mapping[str, Collection[str]]) -> bool:
    return (
        bool(facts.get("dcterms:license") or facts.get("pan:rightsNote"))
        or any(map(_ACT.search, facts.get("pan:readAt", ())))
        or any(object_.startswith("instrument:") or _ACT.search(object_) for object_ in facts.get("pan:speaksFor", ()))
    )


def _length(facts: Mapping[str, Collection[str]], kept: Kept | None) -> tuple[int | None, bool]:
    if isinstance(kept, KeptText):
        return len(" ".join(kept.text.split())), False
    if isinstance(kept, KeptHashes):
        return len(kept.hashes) + RUN - 1, True  # a hash a run of words; what stands twice counts once
    number = next((count for count in facts.get("pan:characters", ()) if count.isdecimal()), "")
    return (int(number) if number else None), False


def _findings(document: Quoted, rules: Mapping[str, Rule]) -> Iterator[Finding]:
    for file, block, statement, words in document.quotations:
        if is_long(words):
            rule = rules["text-whole" if is_long(words, WHOLE) else "text-long"]
            path, place = file.expand(statement.predicate), Place(file.name, statement.line)
            yield Finding(rule, file.expand(block.subject), path, string(str(len(words))), place)
    if document.share is not None and document.share > SHARES[0]:
        rule = rules["text-whole" if document.share > SHARES[1] else "text-much"]
        file, block, statement, _ = document.quotations[0]
        about = next(statement_of for statement_of in block.statements if statement_of.predicate == "pan:inDocument")
        place = Place(file.name, statement.line)
        yield Finding(rule, file.expand(about.object), value=string(f"{round(100 * document.share)} %"), place=place)
