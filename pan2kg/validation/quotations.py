"""Quotations, titles and numbers held against the texts a project keeps of the documents it cites; and whose rights.

``texts/<key of the document>.txt`` is such a text, in UTF-8. Where a text may not be kept,
``texts/<key>.hashes`` holds a salted hash of every run of :data:`RUN` words of it. Neither is
published. Words are compared in their order, after :func:`folded` has made alike what printing
makes different; ``…`` stands for what a quotation leaves out. Titles and numbers are compared with
the published list of a plan: that source of its actions in which most of their titles stand.

Every door of the graph lets :func:`judge` say whether a quotation is one.
"""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.turtle import TurtleLine, blocks, edits, kind_and_key, string
from pan2kg.turtle.blocks import SourceBlock, TurtleFile
from pan2kg.validation.kept import find_kept
from pan2kg.validation.report import Finding, Kind, Report, Rule, worded_rules

RUN = 4
"""How many words in a row make a hash: fewer stand in many texts, more leave short quotations uncompared."""
_DIGITS = 12
"""So many digits of a hash are kept."""
_FOLDED = str.maketrans(
    dict.fromkeys("’‘ʼ‛´`′", "'")
    | dict.fromkeys("“”„‟″", '"')
    | dict.fromkeys("‐‑‒–—−", "-")
    | {"\u00ad": ""}
)
_MARKS = re.compile(r"\s*[»›]|[«‹]\s*")
_CUT = re.compile(r"[\[(]\s*(?:…|\.\.\.)\s*[\])]|…|\.\.\.")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+))?', re.DOTALL)
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_SALT = "salt "
_HASHES = re.compile(rf"{_SALT}[0-9a-f]{{32}}\n(?:[0-9a-f]{{{_DIGITS}}}\n)*")


def folded(text: str) -> str:
    """A text as it is compared: composed (NFC), one space between words, one form of apostrophe, quote and hyphen.

    >>> print(folded("l’« avis »  du Conseil – d’État"))
    l'"avis" du Conseil - d'État
    """
    composed = unicodedata.normalize("NFC", text).translate(_FOLDED)
    return " ".join(_MARKS.sub('"', composed).split())


def pieces(quote: str) -> list[str]:
    """What stands between the signs of omission of a quotation, folded; pieces without a word are left out.

    >>> pieces("marchés publics […] et … , labels")
    ['marchés publics', 'et', ', labels']
    """
    folded_pieces = map(folded, _CUT.split(quote))
    return [piece for piece in folded_pieces if any(map(str.isalnum, piece))]


# Texts that are kept


@dataclass(frozen=True)
class KeptText:
    """What a project keeps of a document: its text, or with a salt the hashes of its runs of words."""

    document: str
    name: str
    text: str = ""
    salt: str = ""
    hashes: frozenset[str] = frozenset()

    @cached_property
    def _whole(self) -> str:
        return folded(self.text)

    @cached_property
    def _lines(self) -> list[str]:
        return [line for line in map(folded, self.text.splitlines()) if line]

    def holds(self, quote: str) -> bool | None:
        """Whether a quotation stands in it, whole words of it; ``None`` where that cannot be told.

        Each piece stands behind the one before. Of hashes a piece of fewer words than a run is too
        short to tell.

        >>> text = KeptText("report", "texts/report.txt", "The plan was adopted, and then published.")
        >>> text.holds("The plan … then published"), text.holds("then adopted")
        (True, False)
        """
        wanted = pieces(quote)
        if self.salt:
            return self._has_runs(wanted)
        start = 0
        for piece in wanted:
            match = _whole_words(piece).search(self._whole, start)
            if not match:
                return False
            start = match.end()
        return bool(wanted)

    def _has_runs(self, wanted: Iterable[str]) -> bool | None:
        runs = [run_hashes(piece, self.salt) for piece in wanted]
        if not self.hashes.issuperset(digest for of_piece in runs for digest in of_piece):
            return False
        is_long_enough = bool(runs) and all(runs)
        return True if is_long_enough else None

    def numbers(self, title: str, number: str) -> bool | None:
        """Whether a title stands on a line behind its number; ``None`` where it stands on none.

        >>> listed = KeptText("plan", "texts/plan.txt", "1.2 Train judges\\n1.3 Buy fairly")
        >>> listed.numbers("Train judges", "1.2"), listed.numbers("Train judges", "1.3")
        (True, False)
        >>> listed.numbers("Train nurses", "1.2") is None
        True
        """
        if self.salt:
            return self.holds(f"{number} {title}") if self.holds(title) else None
        words = folded(title)
        if not words:
            return None
        wanted = _whole_words(words)
        matches = [match for match in map(wanted.search, self._lines) if match]
        if not matches:
            return None
        numbered = re.compile(rf"(?<![\w.]){re.escape(folded(number))}\W*$")
        return any(numbered.search(match.string[: match.start()]) for match in matches)

    def nearest(self, quote: str) -> str:
        """The words as many as those of a quotation that are most like it; empty where fewer than half are alike.

        Of two places with as many words in common, the one is taken at which more stand in order.
        """
        printed = self.text.split()
        words = [_compared(word) for word in printed]
        wanted = [_compared(word) for word in quote.split()]
        size = len(wanted)
        sought = Counter(wanted)
        best = (0, 0)
        best_start = 0
        for start in range(max(len(words) - size, 0) + 1):
            window = words[start : start + size]
            in_common = (sought & Counter(window)).total()
            in_order = sum(map(str.__eq__, window, wanted))
            if (in_common, in_order) > best:
                best = (in_common, in_order)
                best_start = start
        is_like = 2 * best[0] >= size > 0
        return " ".join(printed[best_start : best_start + size]) if is_like else ""


def _whole_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")


def _compared(word: str) -> str:
    return _EDGE.sub("", folded(word)).casefold()


def run_hashes(text: str, salt: str) -> list[str]:
    """The salted hash of each run of words of a text, in their order; marks around a word do not count.

    >>> len(run_hashes("one two three four five", "00")), run_hashes("only three words", "00")
    (2, [])
    """
    words = [bare for bare in (_EDGE.sub("", word) for word in text.split()) if bare]
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return [hashlib.sha256(f"{salt}|{run}".encode()).hexdigest()[:_DIGITS] for run in runs]


def hashes_of(text: str, salt: str) -> str:
    """What a file of hashes of a text says: its salt, then the hashes in the order of their digits."""
    hashes = sorted(set(run_hashes(folded(text), salt)))
    return "".join(f"{line}\n" for line in (_SALT + salt, *hashes))


def read_hashes(document: str, name: str, content: str) -> KeptText:
    """The text whose hashes a file holds; ``name`` is that of the file.

    Raises:
        ProjectError: this is no such file, or it is damaged.
    """
    if not _HASHES.fullmatch(content):
        raise ProjectError("no-hashes", place=Place(name), remedy="keep-anew")
    salt, *hashes = content.split("\n")[:-1]
    return KeptText(document, name, salt=salt.removeprefix(_SALT), hashes=frozenset(hashes))


KeptTexts = Mapping[str, KeptText]
"""What a project keeps of its documents, by their keys."""


def kept_texts(project: Project) -> dict[str, KeptText]:
    """The texts and hashes a project keeps, by the key of their document; a text goes before its hashes."""
    by_document = {}
    for path in sorted(project.texts.glob("*.hashes")):
        by_document[path.stem] = read_hashes(path.stem, project.name_of(path), read_text(path))
    for path in sorted(project.texts.glob("*.txt")):
        by_document[path.stem] = KeptText(path.stem, project.name_of(path), read_text(path))
    return by_document


def texts_of_members(project: Project) -> dict[str, KeptText]:
    """The texts that projects open together keep; the first of them goes before the others."""
    by_document: dict[str, KeptText] = {}
    for member in reversed(project.members):
        by_document |= kept_texts(member)
    return by_document


# The judge of quotations


class Comparison(StrEnum):
    """What comes of comparing a quotation with what is kept of its documents."""

    STANDS = "stands"
    MISSING = "missing"
    """What is kept does not hold it."""
    OWN_HASH = "own-hash"
    """Nothing is kept that tells, but it is what its own hash was made of; that proves no document."""
    NOT_COMPARED = "not-compared"
    """Nothing is kept of its documents, or only hashes of which it is too short to be told."""


def judge(words: str, documents: Iterable[str], kept: KeptTexts, own_hash: str = "") -> Comparison:
    """Whether a quotation stands in one of its documents, which are named by their keys.

    ``own_hash`` is the SHA-256 of its words (``pan:quoteHash``), where it has one; it is asked last.

    >>> report = KeptText("report", "texts/report.txt", "The plan was adopted in May.")
    >>> for words, document in (("was adopted", "report"), ("was lost", "report"), ("was", "law")):
    ...     print(judge(words, [document], {"report": report}))
    stands
    missing
    not-compared
    """
    answers = [kept[document].holds(words) for document in documents if document in kept]
    if any(answers):
        return Comparison.STANDS
    if False in answers:
        return Comparison.MISSING
    fits = own_hash == hashlib.sha256(words.encode()).hexdigest()
    return Comparison.OWN_HASH if fits else Comparison.NOT_COMPARED


# What a check compares


class Literal(NamedTuple):
    """Words where they stand: the statement of a block of a file, and their language, if they have one."""

    file: TurtleFile
    block: SourceBlock
    line: TurtleLine
    words: str
    language: str

    def finding(self, rule: Rule, value: str, *, expected: str = "") -> Finding:
        """A finding at this line; what ``expected`` says stands there in the place of ``value``."""
        return Finding(
            rule,
            self.file.expand(self.block.subject),
            self.file.expand(self.line.predicate),
            string(value),
            Place(self.file.name, self.line.line),
            expected=Text.of(expected) if expected else Text(),
        )


def _literals(file: TurtleFile, block: SourceBlock, predicate: str) -> Iterator[Literal]:
    for line in block.said(predicate):
        match = _LITERAL.fullmatch(line.object)
        if match:
            yield Literal(file, block, line, edits.unescaped(match[1]), match[2] or "")


def _documents(file: TurtleFile, block: SourceBlock, predicate: str) -> list[str]:
    """The keys of the documents a block names by a property."""
    names = (kind_and_key(file.expand(line.object)) for line in block.said(predicate))
    return [key for kind, key in names if kind == "document"]


def _blocks(files: Iterable[TurtleFile]) -> Iterator[tuple[TurtleFile, SourceBlock]]:
    return ((file, block) for file in files for block in file.blocks)


_COUNTED = ("text-compared", "text-own-hash", "text-uncompared")
QUOTATION_RULES = worded_rules(
    Messages("text"),
    Kind.TEXT,
    ("text-quote", "text-title", "text-number", "text-kept"),
    ("text-kept",),
    _COUNTED,
)
_COUNTED_AS = {
    Comparison.OWN_HASH: "text-own-hash",
    Comparison.NOT_COMPARED: "text-uncompared",
}
_LISTED = frozenset(("pan:Action", "pan:Category", "pan:PlanPart"))
"""What the published list of a plan names."""


class QuotationFindings(NamedTuple):
    """What one check of quotations gives: findings, how much each rule looked at, how much was compared or not."""

    findings: list[Finding]
    looked_at: dict[str, int]
    statistics: Counter[str]


def check_quotations(files: Sequence[TurtleFile], kept: KeptTexts) -> Report:
    """Hold quotations, titles and numbers of these files against the texts that are kept."""
    findings = []
    looked_at: dict[str, int] = {}
    statistics = Counter[str]()
    for check in (_check_quotes, _check_titles, _check_kept):
        outcome = check(files, kept)
        findings += outcome.findings
        looked_at |= {key: number for key, number in outcome.looked_at.items() if number}
        statistics += outcome.statistics
    rules = tuple(rule for key, rule in QUOTATION_RULES.items() if key in looked_at)
    counted = {key: statistics[key] for key in _COUNTED if statistics[key]}
    return Report(rules, tuple(findings), looked_at, statistics=counted)


def _check_quotes(files: Sequence[TurtleFile], kept: KeptTexts) -> QuotationFindings:
    """Each quotation stands in one of the documents it is said to be in."""
    findings = []
    compared = Counter[str]()
    for file, block in _blocks(files):
        quote = next(_literals(file, block, "pan:quote"), None)
        if quote is None:
            continue
        documents = _documents(file, block, "pan:inDocument")
        own_hash = next(_literals(file, block, "pan:quoteHash"), None)
        comparison = judge(quote.words, documents, kept, own_hash.words if own_hash else "")
        compared[_COUNTED_AS.get(comparison, "text-compared")] += 1
        if comparison is Comparison.MISSING or not pieces(quote.words):
            better = _better(quote.words, documents, kept)
            rule = QUOTATION_RULES["text-quote"]
            findings.append(quote.finding(rule, quote.words, expected=better))
    number = compared.total()
    return QuotationFindings(
        findings, {"text-quote": number} | dict.fromkeys(_COUNTED, number), compared
    )


def _better(words: str, documents: Iterable[str], kept: KeptTexts) -> str:
    """The nearest words in the documents of a quotation, else another document in which it stands."""
    for document in documents:
        nearest = kept[document].nearest(words) if document in kept else ""
        if nearest:
            return nearest
    for text in kept.values():
        if text.holds(words):
            return f"document:{text.document}"
    return ""


class ListedTitle(NamedTuple):
    """A title of a plan, with the number that is printed before it, if it has one."""

    title: Literal
    number: Literal | None


def _check_titles(files: Sequence[TurtleFile], kept: KeptTexts) -> QuotationFindings:
    """Each title of a published list stands there, behind its number."""
    findings = []
    compared = 0
    for text, items in _lists(files, kept):
        compared += len(items)
        printed = [
            text.numbers(title.words, number.words) if number else None for title, number in items
        ]
        # a list that does not number its titles as the plan does says nothing about a number
        is_numbered = 2 * printed.count(True) >= len(printed) - printed.count(None)
        for (title, number), is_printed in zip(items, printed, strict=True):
            if text.holds(title.words) is False:
                rule = QUOTATION_RULES["text-title"]
                better = text.nearest(title.words)
                findings.append(title.finding(rule, title.words, expected=better))
            elif is_numbered and number and is_printed is False:
                findings.append(number.finding(QUOTATION_RULES["text-number"], number.words))
    looked_at = dict.fromkeys(("text-title", "text-number"), compared)
    return QuotationFindings(findings, looked_at, Counter({"text-compared": compared}))


def _lists(
    files: Iterable[TurtleFile], kept: KeptTexts
) -> Iterator[tuple[KeptText, list[ListedTitle]]]:
    """Each text that is the published list of a plan, as most of its titles stand there, with these titles."""
    by_list: dict[tuple[str, str, str], list[ListedTitle]] = defaultdict(list)
    for file, block in _blocks(files):
        if not block.statements or block.statements[0].object not in _LISTED:
            continue
        plan = next((file.expand(line.object) for line in block.said("pan:inPlan")), "")
        number = next(_literals(file, block, "skos:notation"), None)
        for document in _documents(file, block, "dcterms:source"):
            if document in kept:
                for title in _literals(file, block, "skos:prefLabel"):
                    by_list[plan, document, title.language].append(ListedTitle(title, number))
    for (_, document, _), items in by_list.items():
        text = kept[document]
        standing = sum(text.holds(title.words) is True for title, _ in items)
        if 2 * standing > len(items):
            yield text, items


def _check_kept(files: Sequence[TurtleFile], kept: KeptTexts) -> QuotationFindings:
    """Each text that is kept is of a document these files describe."""
    subjects = {kind_and_key(file.expand(block.subject)) for file, block in _blocks(files)}
    rule = QUOTATION_RULES["text-kept"]
    findings = [
        Finding(rule, "", value=string(text.document), place=Place(text.name))
        for text in kept.values()
        if ("document", text.document) not in subjects
    ]
    return QuotationFindings(findings, {"text-kept": len(kept)}, Counter())


# How much is quoted

LONGEST = (300, 60)
"""How long a quotation is without asking whoever holds the rights: characters, or words."""
SHARES = (0.05, 0.10)
"""The share of a document above which its quotations are to be looked at, and above which they are too much."""
WHOLE = 10
"""A quotation as many times longer than a short one is a text, however long the document is."""
_UNKNOWN = "text-length-unknown"
RIGHTS_RULES = worded_rules(
    Messages("text"),
    Kind.TEXT,
    ("text-long", "text-much", "text-whole"),
    ("text-long", "text-much"),
    (_UNKNOWN,),
)
_TITLES = ("skos:prefLabel", "skos:altLabel", "skosxl:literalForm")
_ACT = re.compile(r"/eli/|\bCELEX\b|\bcelex=", re.IGNORECASE)
"""Addresses of official acts: the European legislation identifier, and the numbers of the law of the Union."""


def check_rights(
    files: Sequence[TurtleFile],
    kept: KeptTexts,
    known: Sequence[TurtleFile] | None = None,
) -> Report:
    """What these files quote at greater length than may be taken without asking; how many documents have no length.

    ``known`` are the files that describe the documents, where they are more than these.
    """
    documents = list(_quoted(files, kept, files if known is None else known))
    looked_at = dict.fromkeys(RIGHTS_RULES, len(documents))
    looked_at["text-long"] = sum(len(quoted.quotes) for quoted in documents)
    unknown = sum(quoted.share is None for quoted in documents)
    findings = list[Finding]()
    for quoted in documents:
        findings += _too_long(quoted)
        if quoted.share is not None and quoted.share > SHARES[0]:
            findings.append(_too_much(quoted, quoted.share))
    rules = tuple(rule for key, rule in RIGHTS_RULES.items() if looked_at[key])
    statistics = {_UNKNOWN: unknown} if unknown else {}
    return Report(rules, tuple(findings), looked_at, statistics=statistics)


class QuotedDocument(NamedTuple):
    """A document with its quotations; ``share`` is how much of it they are, from 0 to 1, where its length is known."""

    quotes: list[Literal]
    share: float | None


def _too_long(quoted: QuotedDocument) -> Iterator[Finding]:
    for quote in quoted.quotes:
        if is_long(quote.words):
            key = "text-whole" if is_long(quote.words, WHOLE) else "text-long"
            yield quote.finding(RIGHTS_RULES[key], str(len(quote.words)))


def _too_much(quoted: QuotedDocument, share: float) -> Finding:
    file, block, line, *_ = quoted.quotes[0]
    document = file.expand(next(block.said("pan:inDocument")).object)
    rule = RIGHTS_RULES["text-whole" if share > SHARES[1] else "text-much"]
    value = string(f"{round(100 * share)} %")
    return Finding(rule, document, value=value, place=Place(file.name, line.line))


def refuse_quotations(project: Project, folder: Path | None = None) -> None:
    """Refuse to publish a project that invents a quotation, takes over a text, or too much of one.

    The report of a check says so, where one of the files as they are is kept in the folder.

    Raises:
        ProjectError: with the place of the first such quotation.
    """
    report = find_kept(project, folder) if folder else None
    if report:
        findings = report.findings
    else:
        files = [file for member in project.members for file in blocks.read_turtle_files(member)]
        kept = texts_of_members(project)
        rights = check_rights(files, kept)
        findings = (*rights.findings, *check_quotations(files, kept).findings)
    for finding in findings:
        name = finding.focus.rpartition("/")[2]
        if finding.rule.key == "text-whole":
            size = finding.value.strip('"')
            raise ProjectError(
                "quoted-whole", place=finding.place, remedy="quote-less", name=name, size=size
            )
        if finding.rule.key == "text-quote":
            raise ProjectError(
                "quoted-invented", place=finding.place, remedy="quote-what-stands", name=name
            )


def _quoted(
    files: Sequence[TurtleFile], kept: KeptTexts, known: Sequence[TurtleFile]
) -> Iterator[QuotedDocument]:
    """The documents that are quoted and are not free to be; what is a title is a fact and no quotation."""
    facts = _facts_of_documents(known)
    titles = _titles(known)
    by_document: dict[str, list[Literal]] = defaultdict(list)
    for file, block in _blocks(files):
        for quote in _literals(file, block, "pan:quote"):
            for document in _documents(file, block, "pan:inDocument"):
                if not _is_free(facts.get(document, {})):
                    by_document[document].append(quote)
    for document, of_document in by_document.items():
        text = kept.get(document)
        in_words = text is not None and bool(text.salt)
        length = _length(text, facts.get(document, {}))
        quotes = []
        for quote in of_document:
            # whether it is a title is only asked where it matters
            matters = length or is_long(quote.words)
            if not (matters and folded(quote.words) in titles):
                quotes.append(quote)
        different = {quote.words for quote in quotes}
        size = sum(len(words.split()) if in_words else len(words) for words in different)
        if quotes:
            yield QuotedDocument(quotes, min(1.0, size / length) if length else None)


Facts = Mapping[str, Sequence[str]]
"""What is said of a document: the objects as they are written, by predicate."""


def _facts_of_documents(files: Iterable[TurtleFile]) -> dict[str, Facts]:
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file, block in _blocks(files):
        if block.subject.startswith("document:"):
            _, document = kind_and_key(file.expand(block.subject))
            for line in block.statements:
                facts[document][line.predicate].append(line.object)
    return {**facts}


def _titles(files: Iterable[TurtleFile]) -> str:
    """All titles and names of these files, folded, a line each."""
    titles = set[str]()
    for file, block in _blocks(files):
        for predicate in _TITLES:
            titles.update(folded(title.words) for title in _literals(file, block, predicate))
    return "\n".join(titles)


def _is_free(facts: Facts) -> bool:
    """Whether more of a document may be quoted: by its licence, a word of its publisher, or as an official act."""
    if facts.get("dcterms:license") or facts.get("pan:rightsNote"):
        return True
    works = facts.get("pan:speaksFor", ())
    if any(work.startswith("instrument:") for work in works):
        return True
    return any(_ACT.search(address) for address in (*facts.get("pan:readAt", ()), *works))


def _length(text: KeptText | None, facts: Facts) -> int | None:
    """How long a document is: in words where hashes of it are kept, else in characters; ``None`` if unknown."""
    if text is None:
        numbers = facts.get("pan:characters", ())
        return next((int(number) for number in numbers if number.isdecimal()), None)
    if text.salt:
        # a hash a run of words; what stands twice counts once
        return len(text.hashes) + RUN - 1
    return len(" ".join(text.text.split()))


def is_long(words: str, times: int = 1) -> bool:
    """Whether a quotation is longer than a short one, or so many ``times`` longer: by characters and by words.

    >>> is_long("a word " * 50), is_long("a word " * 50, 10), is_long("a" * 301)
    (True, False, False)
    """
    characters, number = LONGEST
    return len(words.strip()) > times * characters and len(words.split()) > times * number
