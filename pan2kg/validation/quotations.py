"""Quotations, titles and numbers held against the texts a project keeps of the documents it cites; and whose rights.

``texts/<key of the document>.txt`` is such a text, in UTF-8. Where a text may not be kept,
    ``texts/<key>.hashes`` holds
a salted hash of every run of :data:`RUN` words of it. Neither is published. Words are compared in
their order, after :func:`folded` has made alike what printing makes different; ``…`` stands for
what a quotation leaves out. Titles and numbers are compared with the published list of a plan: that
source of its actions in which most of their titles stand.
"""

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pan2kg.errors import Place, ProjectError
from pan2kg.i18n.catalogue import Messages, Text
from pan2kg.project import Project, read_text
from pan2kg.turtle import TurtleLine, blocks, kind_and_key, string
from pan2kg.turtle.blocks import SourceBlock, TurtleFile
from pan2kg.validation.report import Finding, Kind, Report, find_kept, worded_rules

RUN: Final = 4
"""How many words in a row make a hash: fewer stand in many texts, more leave short quotations uncompared."""
_DIGITS: Final = 12
_COUNTED: Final = ("text-compared", "text-uncompared")
QUOTATION_RULES: Final = worded_rules(
    Messages("text"),
    Kind.TEXT,
    ("text-quote", "text-title", "text-number", "text-kept"),
    ("text-kept",),
    _COUNTED,
)
_LISTED: Final = frozenset(("pan:Action", "pan:Category", "pan:PlanPart"))
_FOLDED: Final = str.maketrans(
    dict.fromkeys("’‘ʼ‛´`′", "'")
    | dict.fromkeys("“”„‟″", '"')
    | dict.fromkeys("‐‑‒–—−", "-")
    | {"\u00ad": ""}
)
_MARKS: Final = re.compile(r"\s*[»›]|[«‹]\s*")
_CUT: Final = re.compile(r"[\[(]\s*(?:…|\.\.\.)\s*[\])]|…|\.\.\.")
_LITERAL: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+))?', re.DOTALL)
_EDGE: Final = re.compile(r"^[\W_]+|[\W_]+$")
_SALT: Final = "salt "
_HASHES: Final = re.compile(rf"{_SALT}[0-9a-f]{{32}}\n(?:[0-9a-f]{{{_DIGITS}}}\n)*")


def folded(text: str) -> str:
    """A text as it is compared: composed (NFC), one space between words, one form of apostrophe, quote and hyphen."""
    return " ".join(_MARKS.sub('"', unicodedata.normalize("NFC", text).translate(_FOLDED)).split())


def pieces(quote: str) -> list[str]:
    return [
        words
        for piece in _CUT.split(quote)
        if (words := folded(piece)) and any(map(str.isalnum, words))
    ]


@dataclass(frozen=True)
class KeptText:
    """What a project keeps of a document: its text, or with a salt the hashes of its runs of words."""

    document: str
    name: str
    text: str = ""
    salt: str = ""
    hashes: frozenset[str] = frozenset()

    @cached_property
    def _folded(self) -> tuple[str, list[str]]:
        return folded(self.text), [line for line in map(folded, self.text.splitlines()) if line]

    def holds(self, quote: str) -> bool | None:
        """Whether a quotation stands in it, whole words of it; ``None`` where that cannot be told.

        Each piece stands behind the one before. Of hashes a piece of fewer words than a run is too
        short to tell.
        """
        wanted = pieces(quote)
        start = 0
        if self.salt:
            runs = [run_hashes(piece, self.salt) for piece in wanted]
            if not self.hashes.issuperset(digest for of_piece in runs for digest in of_piece):
                return False
            return True if runs and all(runs) else None
        for piece in wanted:
            match = re.compile(rf"(?<!\w){re.escape(piece)}(?!\w)").search(self._folded[0], start)
            if not match:
                return False
            start = match.end()
        return bool(wanted)

    def numbers(self, title: str, number: str) -> bool | None:
        """Whether a title stands on a line behind its number; ``None`` where it stands on none."""
        if self.salt:
            return self.holds(f"{number} {title}") if self.holds(title) else None
        words = folded(title)
        wanted = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)" if words else r"(?!)")
        before = [
            line[: match.start()] for line in self._folded[1] if (match := wanted.search(line))
        ]
        return (
            any(map(re.compile(rf"(?<![\w.]){re.escape(folded(number))}\W*$").search, before))
            if before
            else None
        )

    def nearest(self, quote: str) -> str:
        printed = self.text.split()
        own, wanted = (
            [_EDGE.sub("", folded(word)).casefold() for word in text]
            for text in (printed, quote.split())
        )
        size = len(wanted)
        sought = Counter(wanted)
        best = (0, 0)
        at = 0
        for start in range(max(len(own) - size, 0) + 1):
            words = own[start : start + size]
            alike = (sought & Counter(words)).total(), sum(map(str.__eq__, words, wanted))
            if alike > best:
                best = alike
                at = start
        return " ".join(printed[at : at + size]) if 2 * best[0] >= size > 0 else ""


def run_hashes(text: str, salt: str) -> list[str]:
    words = [bare for word in text.split() if (bare := _EDGE.sub("", word))]
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return [hashlib.sha256(f"{salt}|{run}".encode()).hexdigest()[:_DIGITS] for run in runs]


def hashes_of(text: str, salt: str) -> str:
    return "".join(
        f"{line}\n" for line in (_SALT + salt, *sorted(set(run_hashes(folded(text), salt))))
    )


def read_hashes(document: str, name: str, content: str) -> KeptText:
    if not _HASHES.fullmatch(content):
        raise ProjectError("no-hashes", place=Place(name), remedy="keep-anew")
    salt, *hashes = content.split("\n")[:-1]
    return KeptText(document, name, salt=salt.removeprefix(_SALT), hashes=frozenset(hashes))


def kept_texts(project: Project) -> dict[str, KeptText]:
    by_document: dict[str, KeptText] = {}
    for path in sorted(project.texts.glob("*.hashes")):
        by_document[path.stem] = read_hashes(path.stem, project.name_of(path), read_text(path))
    for path in sorted(project.texts.glob("*.txt")):
        by_document[path.stem] = KeptText(path.stem, project.name_of(path), read_text(path))
    return by_document


def check_quotations(files: Sequence[TurtleFile], kept: Mapping[str, KeptText]) -> Report:
    compared = Counter[str]()
    counts = Counter[str]()
    subjects = set[tuple[str, str]]()
    faults: list[tuple[str, TurtleFile, SourceBlock, TurtleLine, str, str]] = []
    for file in files:
        for block in file.blocks:
            subjects.add(kind_and_key(file.expand(block.subject)))
            quote = next(block.said("pan:quote"), None)
            if quote is None or not (literal := _literal(quote.object)):
                continue
            words = literal[0]
            documents = _documents(file, block, "pan:inDocument")
            answers = [kept[key].holds(words) for key in documents if key in kept]
            certain = [answer for answer in answers if answer is not None]
            if not pieces(words) or (certain and not any(certain)):
                near = next(
                    filter(None, (kept[key].nearest(words) for key in documents if key in kept)), ""
                )
                elsewhere = next(
                    (answer.document for answer in kept.values() if answer.holds(words)), ""
                )
                better = near or (elsewhere and f"document:{elsewhere}")
                faults.append(("text-quote", file, block, quote, words, better))
            compared["text-compared" if certain else "text-uncompared"] += 1
    quotes = compared.total()
    for text, items in _lists(files, kept) if kept else ():
        counts.update({"text-title": len(items), "text-number": len(items)})
        compared["text-compared"] += len(items)
        literals = [_literal(number.object) if number else None for *_, number in items]
        printed = [
            text.numbers(words, literal[0]) if literal else None
            for (*_, words, _), literal in zip(items, literals, strict=True)
        ]
        # a list that does not number its titles as the plan does says nothing about a number
        numbered = 2 * printed.count(True) >= len(printed) - printed.count(None)
        for (file, block, title, words, number), literal, is_printed in zip(
            items, literals, printed, strict=True
        ):
            if text.holds(words) is False:
                faults.append(("text-title", file, block, title, words, text.nearest(words)))
            elif numbered and is_printed is False and number and literal:
                faults.append(("text-number", file, block, number, literal[0], ""))
    findings = [
        Finding(
            QUOTATION_RULES[rule],
            file.expand(block.subject),
            file.expand(line.predicate),
            string(value),
            Place(file.name, line.line),
            expected=Text.of(better) if better else Text(),
        )
        for rule, file, block, line, value, better in faults
    ]
    for text in kept.values():
        if ("document", text.document) not in subjects:
            value = string(text.document)
            place = Place(text.name)
            findings.append(Finding(QUOTATION_RULES["text-kept"], "", value=value, place=place))
    counts += Counter(
        {"text-quote": quotes, "text-kept": len(kept)} | dict.fromkeys(_COUNTED, quotes)
    )
    statistics = {key: compared[key] for key in _COUNTED if compared[key]}
    rules_asked = tuple(rule for key, rule in QUOTATION_RULES.items() if counts[key])
    return Report(rules_asked, tuple(findings), dict(counts), statistics=statistics)


_Titled = tuple[TurtleFile, SourceBlock, TurtleLine, str, TurtleLine | None]
"""A title in a plan: where it stands, its words, and the number that is printed before it."""


def _lists(
    files: Iterable[TurtleFile], kept: Mapping[str, KeptText]
) -> Iterator[tuple[KeptText, list[_Titled]]]:
    titles: dict[tuple[str, str, str], list[_Titled]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            if block.statements and block.statements[0].object in _LISTED:
                plan = next(
                    (file.expand(statement.object) for statement in block.said("pan:inPlan")), ""
                )
                number = next(block.said("skos:notation"), None)
                for key in _documents(file, block, "dcterms:source"):
                    for statement in block.said("skos:prefLabel") if key in kept else ():
                        if literal := _literal(statement.object):
                            titles[plan, key, literal[1]].append(
                                (file, block, statement, literal[0], number)
                            )
    for (_, key, _), items in titles.items():
        if 2 * sum(kept[key].holds(words) is True for *_, words, _ in items) > len(items):
            yield kept[key], items


def _documents(file: TurtleFile, block: SourceBlock, predicate: str) -> list[str]:
    documents = (kind_and_key(file.expand(statement.object)) for statement in block.said(predicate))
    return [key for kind, key in documents if kind == "document"]


def _literal(text: str) -> tuple[str, str] | None:
    match = _LITERAL.fullmatch(text)
    return (blocks.unescaped(match[1]), match[2] or "") if match else None


# How much is quoted

LONGEST: Final = (300, 60)
"""How long a quotation is without asking whoever holds the rights: characters, or words."""
SHARES: Final = (0.05, 0.10)
"""The share of a document above which its quotations are to be looked at, and above which they are too much."""
WHOLE: Final = 10
"""A quotation as many times longer than a short one is a text, however long the document is."""
_UNKNOWN: Final = "text-length-unknown"
RIGHTS_RULES: Final = worded_rules(
    Messages("text"),
    Kind.TEXT,
    ("text-long", "text-much", "text-whole"),
    ("text-long", "text-much"),
    (_UNKNOWN,),
)
_TITLES: Final = frozenset(("skos:prefLabel", "skos:altLabel", "skosxl:literalForm"))
_Quote = tuple[TurtleFile, SourceBlock, TurtleLine, str]
"""A quotation: where it stands, and its words."""
_ACT: Final = re.compile(r"/eli/|\bCELEX\b|\bcelex=", re.IGNORECASE)
"""Addresses of official acts: the European legislation identifier, and the numbers of the law of the Union."""


def check_rights(
    files: Sequence[TurtleFile],
    kept: Mapping[str, KeptText],
    known: Sequence[TurtleFile] | None = None,
) -> Report:
    """What these files quote at greater length than may be taken without asking; how many documents have no length."""
    findings = list[Finding]()
    counts = Counter({_UNKNOWN: 0})
    for quotations, share in _quoted(files, kept, files if known is None else known):
        counts.update({"text-long": len(quotations), "text-much": 1, "text-whole": 1, _UNKNOWN: 1})
        counts["unknown"] += share is None
        for file, block, statement, words in quotations:
            if is_long(words):
                rule = RIGHTS_RULES["text-whole" if is_long(words, WHOLE) else "text-long"]
                path = file.expand(statement.predicate)
                place = Place(file.name, statement.line)
                findings.append(
                    Finding(rule, file.expand(block.subject), path, string(str(len(words))), place)
                )
        if share is not None and share > SHARES[0]:
            rule = RIGHTS_RULES["text-whole" if share > SHARES[1] else "text-much"]
            file, block, statement, _ = quotations[0]
            document = next(block.said("pan:inDocument")).object
            value = string(f"{round(100 * share)} %")
            place = Place(file.name, statement.line)
            findings.append(Finding(rule, file.expand(document), value=value, place=place))
    unknown = counts.pop("unknown", 0)
    rules_asked = tuple(rule for key, rule in RIGHTS_RULES.items() if counts[key])
    numbers = {key: counts[key] for key in RIGHTS_RULES}
    return Report(
        rules_asked, tuple(findings), numbers, statistics={_UNKNOWN: unknown} if unknown else {}
    )


def refuse_whole(project: Project, folder: Path | None = None) -> None:
    # told by the report of a check, where one of the files as they are is kept in the folder
    report = find_kept(project, folder)[1] if folder else None
    if not report:
        files = [file for member in project.members for file in blocks.read_turtle_files(member)]
        texts = {
            key: text
            for member in reversed(project.members)
            for key, text in kept_texts(member).items()
        }
        report = check_rights(files, texts)
    for finding in report.findings:
        if finding.rule.key == "text-whole":
            values = {"name": finding.focus.rpartition("/")[2], "size": finding.value.strip('"')}
            raise ProjectError("quoted-whole", place=finding.place, remedy="quote-less", **values)


def _quoted(
    files: Sequence[TurtleFile], kept: Mapping[str, KeptText], known: Sequence[TurtleFile]
) -> Iterator[tuple[list[_Quote], float | None]]:
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    titles = set[str]()
    for file in known:
        for block in file.blocks:
            is_document = block.subject.startswith("document:")
            for statement in block.statements:
                if is_document:
                    facts[kind_and_key(file.expand(block.subject))[1]][statement.predicate].append(
                        statement.object
                    )
                if statement.predicate in _TITLES and (literal := _literal(statement.object)):
                    titles.add(folded(literal[0]))
    title_lines = "\n".join(titles)
    by_document: dict[str, list[_Quote]] = defaultdict(list)
    for file in files:
        for block in file.blocks:
            for statement in block.said("pan:quote"):
                literal = _literal(statement.object)
                for document in _documents(file, block, "pan:inDocument") if literal else ():
                    of = facts.get(document, {})
                    acts = [
                        term
                        for term in of.get("pan:speaksFor", ())
                        if term.startswith("instrument:")
                    ]
                    addresses = (*of.get("pan:readAt", ()), *of.get("pan:speaksFor", ()))
                    is_free = of.get("dcterms:license") or of.get("pan:rightsNote") or acts
                    if literal and not (is_free or any(map(_ACT.search, addresses))):
                        by_document[document].append((file, block, statement, literal[0]))
    for document, every in by_document.items():
        text = kept.get(document)
        length = None
        in_words = text is not None and bool(text.salt)
        if text is not None:
            # a hash a run of words; what stands twice counts once
            length = len(text.hashes) + RUN - 1 if in_words else len(" ".join(text.text.split()))
        else:
            numbers = facts.get(document, {}).get("pan:characters", ())
            length = next((int(number) for number in numbers if number.isdecimal()), None)
        # whether it is a title is only asked where it matters
        quotes = [
            quote
            for quote in every
            if not ((length or is_long(quote[3])) and folded(quote[3]) in title_lines)
        ]
        different = dict.fromkeys(words for *_, words in quotes)
        size = sum(len(words.split()) if in_words else len(words) for words in different)
        if quotes:
            yield quotes, min(1.0, size / length) if length else None


def is_long(words: str, times: int = 1) -> bool:
    return len(words.strip()) > times * LONGEST[0] and len(words.split()) > times * LONGEST[1]
