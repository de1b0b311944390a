"""Quotations, titles and numbers held against the texts a project keeps of the documents it cites.

``texts/<key of the document>.txt`` is such a text, in UTF-8. Where a text may not be kept,
``texts/<key>.hashes`` holds a salted hash of every run of :data:`RUN` words of it. Neither is
published. Words are compared in their order, after :func:`folded` has made alike what printing
makes different; ``…`` stands for what a quotation leaves out. Titles and numbers are compared with
the published list of a plan: that source of its actions in which most of their titles stand.

Every door of the graph lets :func:`judge` say whether a quotation is one. How much may be quoted is
told by :mod:`pan2kg.validation.rights`.
"""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n import Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.turtle import TurtleLine, edits, kind_and_key, string
from pan2kg.turtle.blocks import SourceBlock, TurtleFile
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


class _Likeness(NamedTuple):
    """How many words two passages have in common, and how many at the same place; the first counts first."""

    in_common: int
    in_order: int


@dataclass(frozen=True)
class KeptText:
    """What a project keeps of a document, by its key: its text, or with a salt the hashes of its runs of words.

    ``name`` is that of the file.
    """

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
        best = _Likeness(0, 0)
        best_start = 0
        for start in range(max(len(words) - size, 0) + 1):
            window = words[start : start + size]
            in_order = sum(map(str.__eq__, window, wanted))
            likeness = _Likeness((sought & Counter(window)).total(), in_order)
            if likeness > best:
                best = likeness
                best_start = start
        is_like = 2 * best.in_common >= size > 0
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


def literals(file: TurtleFile, block: SourceBlock, predicate: str) -> Iterator[Literal]:
    """The texts a block states by a predicate, each where it stands."""
    for line in block.said(predicate):
        match = _LITERAL.fullmatch(line.object)
        if match:
            yield Literal(file, block, line, edits.unescaped(match[1]), match[2] or "")


def documents_named(file: TurtleFile, block: SourceBlock, predicate: str) -> list[str]:
    """The keys of the documents a block names by a property."""
    names = (kind_and_key(file.expand(line.object)) for line in block.said(predicate))
    return [key for kind, key in names if kind == "document"]


def blocks_of(files: Iterable[TurtleFile]) -> Iterator[tuple[TurtleFile, SourceBlock]]:
    """Every block of these files, with its file."""
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
    for file, block in blocks_of(files):
        quote = next(literals(file, block, "pan:quote"), None)
        if quote is None:
            continue
        documents = documents_named(file, block, "pan:inDocument")
        own_hash = next(literals(file, block, "pan:quoteHash"), None)
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


class _PublishedList(NamedTuple):
    """A document that may be the list of the measures of a plan, in one language."""

    plan: str
    document: str
    language: str


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
    by_list = defaultdict(list)
    for file, block in blocks_of(files):
        if not block.statements or block.statements[0].object not in _LISTED:
            continue
        plan = next((file.expand(line.object) for line in block.said("pan:inPlan")), "")
        number = next(literals(file, block, "skos:notation"), None)
        for document in documents_named(file, block, "dcterms:source"):
            if document in kept:
                for title in literals(file, block, "skos:prefLabel"):
                    listed = _PublishedList(plan, document, title.language)
                    by_list[listed].append(ListedTitle(title, number))
    for listed, items in by_list.items():
        text = kept[listed.document]
        standing = sum(text.holds(title.words) is True for title, _ in items)
        if 2 * standing > len(items):
            yield text, items


def _check_kept(files: Sequence[TurtleFile], kept: KeptTexts) -> QuotationFindings:
    """Each text that is kept is of a document these files describe."""
    subjects = {kind_and_key(file.expand(block.subject)) for file, block in blocks_of(files)}
    rule = QUOTATION_RULES["text-kept"]
    findings = [
        Finding(rule, "", value=string(text.document), place=Place(text.name))
        for text in kept.values()
        if ("document", text.document) not in subjects
    ]
    return QuotationFindings(findings, {"text-kept": len(kept)}, Counter())
