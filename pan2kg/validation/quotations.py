"""Quotations, titles and numbers held against the texts a project keeps of the documents it cites; and whose rights.

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
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.turtle import blocks
from pan2kg.turtle.blocks import SourceBlock, TurtleFile
from pan2kg.turtle.vocabulary import kind_and_key
from pan2kg.turtle.writer import TurtleLine, string
from pan2kg.validation.report import Finding, Kind, Report, Rule, Severity, worded_rules

RUN: Final = 4
"""How many words in a row make a hash: fewer stand in many texts, more leave short quotations uncompared."""
_DIGITS: Final = 12
_TEXT: Final = Messages("text")
_COMPARED: Final = ("text-quote", "text-title", "text-number", "text-kept")
_COUNTED: Final = ("text-compared", "text-uncompared")
_LISTED: Final = frozenset(("pan:Action", "pan:Category", "pan:PlanPart"))
_FOLDED: Final = str.maketrans(
    dict.fromkeys("’‘ʼ‛´`′", "'") | dict.fromkeys("“”„‟″", '"') | dict.fromkeys("‐‑‒–—−", "-") | {"\u00ad": ""}
)
_MARKS: Final = re.compile(r"\s*[»›]|[«‹]\s*")
_CUT: Final = re.compile(r"[\[(]\s*(?:…|\.\.\.)\s*[\])]|…|\.\.\.")
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+))?', re.DOTALL)
_EDGE: Final = re.compile(r"^[\W_]+|[\W_]+$")
_SALT: Final = "salt "
_HASHES: Final = re.compile(rf"{_SALT}[0-9a-f]{{32}}\n(?:[0-9a-f]{{{_DIGITS}}}\n)*")


def folded(text: str) -> str:
    """A text as it is compared: composed (NFC), one space between words, one form of apostrophe, quote and hyphen."""
    marked = _MARKS.sub('"', unicodedata.normalize("NFC", text).translate(_FOLDED))
    return " ".join(marked.split())


def pieces(quote: str) -> list[str]:
    """What stands between the cuts of a quotation, folded; nothing where it has no words."""
    return [words for piece in _CUT.split(quote) if (words := folded(piece)) and any(map(str.isalnum, words))]


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
        """Whether a quotation stands in it, whole words of it, each piece behind the one before."""
        found = pieces(quote)
        start = 0
        for piece in found:
            match = _whole(piece).search(self._folded, start)
            if not match:
                return False
            start = match.end()
        return bool(found)

    def numbers(self, title: str, number: str) -> bool | None:
        """Whether a title stands on a line behind its number; ``None`` where it stands on none."""
        wanted = _whole(folded(title))
        before = [line[: found.start()] for line in self._lines if (found := wanted.search(line))]
        ends = re.compile(rf"(?<![\w.]){re.escape(folded(number))}\W*$")
        return any(ends.search(one) for one in before) if before else None

    def nearest(self, quote: str) -> str:
        printed = self.text.split()
        own, wanted = ([_EDGE.sub("", folded(word)).casefold() for word in text] for text in (printed, quote.split()))
        size, sought = len(wanted), Counter(wanted)
        best, at = (0, 0), 0
        for start in range(max(len(own) - size, 0) + 1):
            some = own[start : start + size]
            alike = (sought & Counter(some)).total(), sum(map(str.__eq__, some, wanted))
            if alike > best:
                best, at = alike, start
        return " ".join(printed[at : at + size]) if 2 * best[0] >= size > 0 else ""


def _whole(piece: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(piece)}(?!\w)" if piece else r"(?!)")


@dataclass(frozen=True)
class KeptHashes:
    document: str
    name: str
    salt: str
    hashes: frozenset[str]

    def holds(self, quote: str) -> bool | None:
        """Whether each run of words of a quotation stands in the text; ``None`` where a piece is too short to tell."""
        kept_pieces = [list(_runs(piece)) for piece in pieces(quote)]
        if not all(_hash(run, self.salt) in self.hashes for runs in kept_pieces for run in runs):
            return False
        return True if kept_pieces and all(kept_pieces) else None

    def numbers(self, title: str, number: str) -> bool | None:
        return self.holds(f"{number} {title}") if self.holds(title) else None

    def nearest(self, quote: str) -> str:
        del quote
        return ""


Kept = KeptText | KeptHashes


def _runs(text: str) -> Iterator[str]:
    words = [bare for word in text.split() if (bare := _EDGE.sub("", word))]
    return (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def _hash(run: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}|{run}".encode()).hexdigest()[:_DIGITS]


def hashes_of(text: str, salt: str) -> str:
    """What is kept of a text that may not be kept itself: the salt, and the hashes in another order than the text’s."""
    hashes = sorted({_hash(run, salt) for run in _runs(folded(text))})
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
    return worded_rules(_TEXT, Kind.TEXT, _COMPARED, ("text-kept",), _COUNTED)


def check_quotations(files: Sequence[TurtleFile], kept: Mapping[str, Kept]) -> Report:
    rules, compared, counts = quotation_rules(), Counter[str](), Counter[str]()
    findings, subjects = list[Finding](), set[tuple[str, str]]()

    def fault(rule: str, file: TurtleFile, block: SourceBlock, at: TurtleLine, value: str, better: str) -> None:
        place, path = Place(file.name, at.line), file.expand(at.predicate)
        expected = Text.of(better) if better else Text()
        findings.append(Finding(rules[rule], file.expand(block.subject), path, string(value), place, expected=expected))

    for file in files:
        for block in file.blocks:
            subjects.add(kind_and_key(file.expand(block.subject)))
            quote = next(block.said("pan:quote"), None)
            if quote is None or not (literal := _literal(quote)):
                continue
            words, documents = literal[0], _documents(file, block, "pan:inDocument")
            answers = [kept[key].holds(words) for key in documents if key in kept]
            certain = [answer for answer in answers if answer is not None]
            if not pieces(words) or (certain and not any(certain)):
                near = next(filter(None, (kept[key].nearest(words) for key in documents if key in kept)), "")
                elsewhere = next((answer.document for answer in kept.values() if answer.holds(words)), "")
                fault("text-quote", file, block, quote, words, near or (elsewhere and f"document:{elsewhere}"))
            compared["text-compared" if certain else "text-uncompared"] += 1
    quotes = compared.total()
    for text, items in _lists(files, kept) if kept else ():
        counts.update({"text-title": len(items), "text-number": len(items)})
        compared["text-compared"] += len(items)
        printed = []
        for *_, words, number in items:
            literal = _literal(number) if number else None
            printed.append(text.numbers(words, literal[0]) if literal else None)
        # a list that does not number its titles as the plan does says nothing about a number
        numbered = 2 * printed.count(True) >= len(printed) - printed.count(None)
        for (file, block, title, words, number), is_printed in zip(items, printed, strict=True):
            if text.holds(words) is False:
                fault("text-title", file, block, title, words, text.nearest(words))
            elif numbered and is_printed is False and number and (literal := _literal(number)):
                fault("text-number", file, block, number, literal[0], "")
    for text in kept.values():
        if ("document", text.document) not in subjects:
            findings.append(Finding(rules["text-kept"], "", value=string(text.document), place=Place(text.name)))
    counts += Counter({"text-quote": quotes, "text-kept": len(kept)} | dict.fromkeys(_COUNTED, quotes))
    statistics = {key: compared[key] for key in _COUNTED if compared[key]}
    rules_asked = tuple(rule for key, rule in rules.items() if counts[key])
    return Report(rules_asked, tuple(findings), dict(counts), statistics=statistics)


_Titled = tuple[TurtleFile, SourceBlock, TurtleLine, str, TurtleLine | None]
"""A title in a plan: where it stands, its words, and the number that is printed before it."""


def _lists(files: Iterable[TurtleFile], kept: Mapping[str, Kept]) -> Iterator[tuple[Kept, list[_Titled]]]:
    titles: dict[tuple[str, str, str], list[_Titled]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            if block.statements and block.statements[0].object in _LISTED:
                plan = next((file.expand(statement.object) for statement in block.said("pan:inPlan")), "")
                number = next(block.said("skos:notation"), None)
                for key in _documents(file, block, "dcterms:source"):
                    for statement in block.said("skos:prefLabel") if key in kept else ():
                        if literal := _literal(statement):
                            titles[plan, key, literal[1]].append((file, block, statement, literal[0], number))
    for (_, key, _), items in titles.items():
        if 2 * sum(kept[key].holds(words) is True for *_, words, _ in items) > len(items):
            yield kept[key], items


def _documents(file: TurtleFile, block: SourceBlock, predicate: str) -> list[str]:
    documents = (kind_and_key(file.expand(statement.object)) for statement in block.said(predicate))
    return [key for kind, key in documents if kind == "document"]


def _literal(statement: TurtleLine) -> tuple[str, str] | None:
    match = _LITERAL.fullmatch(statement.object)
    return (blocks.unescaped(match[1]), match[2] or "") if match else None


# How much is quoted

LONGEST: Final = (300, 60)
"""How long a quotation is without asking whoever holds the rights: characters, or words."""
SHARES: Final = (0.05, 0.10)
"""The share of a document above which its quotations are to be looked at, and above which they are too much."""
WHOLE: Final = 10
"""A quotation as many times longer than a short one is a text, however long the document is."""
_RULES: Final = ("text-long", "text-much", "text-whole")
_UNKNOWN: Final = "text-length-unknown"
_TITLES: Final = frozenset(("skos:prefLabel", "skos:altLabel", "skosxl:literalForm"))
_ACT: Final = re.compile(r"/eli/|\bCELEX\b|\bcelex=", re.IGNORECASE)
"""Addresses of official acts: the European legislation identifier, and the numbers of the law of the Union."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The quotations of a document: where each stands and its words, and how long the whole is, where that is known."""

    document: str
    quotations: tuple[tuple[TurtleFile, SourceBlock, TurtleLine, str], ...]
    sizes: tuple[int, ...]
    length: int | None

    @property
    def share(self) -> float | None:
        return min(1.0, sum(self.sizes) / self.length) if self.length else None


def rights_rules() -> dict[str, Rule]:
    return worded_rules(_TEXT, Kind.TEXT, _RULES, ("text-long", "text-much"), (_UNKNOWN,))


def check_rights(
    files: Sequence[TurtleFile], kept: Mapping[str, Kept], known: Sequence[TurtleFile] | None = None
) -> Report:
    """What these files quote at greater length than may be taken without asking; how many documents have no length."""
    rules, findings = rights_rules(), list[Finding]()
    documents = list(quoted(files, kept, files if known is None else known))
    for document in documents:
        for file, block, statement, words in document.quotations:
            if is_long(words):
                rule = rules["text-whole" if is_long(words, WHOLE) else "text-long"]
                path, place = file.expand(statement.predicate), Place(file.name, statement.line)
                findings.append(Finding(rule, file.expand(block.subject), path, string(str(len(words))), place))
        if document.share is not None and document.share > SHARES[0]:
            rule = rules["text-whole" if document.share > SHARES[1] else "text-much"]
            file, block, statement, _ = document.quotations[0]
            about, share = next(block.said("pan:inDocument")), string(f"{round(100 * document.share)} %")
            place = Place(file.name, statement.line)
            findings.append(Finding(rule, file.expand(about.object), value=share, place=place))
    number = sum(len(document.quotations) for document in documents)
    unknown = sum(document.share is None for document in documents)
    counts = {"text-long": number, "text-much": len(documents), "text-whole": len(documents), _UNKNOWN: len(documents)}
    rules_asked = tuple(rule for key, rule in rules.items() if counts[key])
    return Report(rules_asked, tuple(findings), counts, statistics={_UNKNOWN: unknown} if unknown else {})


def refuse_whole(project: Project) -> None:
    files = [file for member in project.members for file in blocks.read_turtle_files(member)]
    texts = {key: text for member in reversed(project.members) for key, text in kept_texts(member).items()}
    for finding in check_rights(files, texts).findings:
        if finding.severity is Severity.VIOLATION:
            values = {"name": finding.focus.rpartition("/")[2], "size": finding.value.strip('"')}
            raise ProjectError("quoted-whole", place=finding.place, remedy="quote-less", **values)


def quoted(files: Sequence[TurtleFile], kept: Mapping[str, Kept], known: Sequence[TurtleFile]) -> Iterator[Quoted]:
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    titles = set[str]()
    for file in known:
        for block in file.blocks:
            is_document = block.subject.startswith("document:")
            for statement in block.statements:
                if is_document:
                    facts[kind_and_key(file.expand(block.subject))[1]][statement.predicate].append(statement.object)
                if statement.predicate in _TITLES:
                    titles.add(folded(_unquoted(statement.object)))
    title_lines = "\n".join(titles)
    by_document: dict[str, list[tuple[TurtleFile, SourceBlock, TurtleLine, str]]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            for statement in block.said("pan:quote"):
                words = _unquoted(statement.object)
                for about in block.said("pan:inDocument"):
                    document = kind_and_key(file.expand(about.object))[1]
                    if not _is_free(facts.get(document, {})):
                        by_document[document].append((file, block, statement, words))
    for document, every in by_document.items():
        text = kept.get(document)
        length, in_words = None, isinstance(text, KeptHashes)
        if isinstance(text, KeptText):
            length = len(" ".join(text.text.split()))
        elif isinstance(text, KeptHashes):
            length = len(text.hashes) + RUN - 1  # a hash a run of words; what stands twice counts once
        else:
            numbers = facts.get(document, {}).get("pan:characters", ())
            length = next((int(number) for number in numbers if number.isdecimal()), None)
        # whether it is a title is only asked where it matters
        texts = [one for one in every if not ((length or is_long(one[3])) and folded(one[3]) in title_lines)]
        different = dict.fromkeys(words for *_, words in texts)
        sizes = (len(words.split()) if in_words else len(words) for words in different)
        if texts:
            yield Quoted(document, tuple(texts), tuple(sizes), length)


def is_long(words: str, times: int = 1) -> bool:
    """Whether a quotation is longer than a short one, in characters and in words, or as many times longer."""
    return len(words.strip()) > times * LONGEST[0] and len(words.split()) > times * LONGEST[1]


def _unquoted(literal: str) -> str:
    match = _LITERAL.match(literal)
    return blocks.unescaped(match[1]) if match else ""


def _is_free(facts: Mapping[str, Collection[str]]) -> bool:
    return (
        bool(facts.get("dcterms:license") or facts.get("pan:rightsNote"))
        or any(map(_ACT.search, facts.get("pan:readAt", ())))
        or any(object_.startswith("instrument:") or _ACT.search(object_) for object_ in facts.get("pan:speaksFor", ()))
    )
