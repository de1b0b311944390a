"""How well mentions are found: precision and recall on sentences that a person labelled, and every miss.

A file of labelled sentences is one JSON object a line: ``id``, ``lang``, ``text`` and ``mentions``, each with
``start``, ``end``, ``surface`` and ``id``; ``country``, ``set``, ``source`` and ``note`` may be there too. The id is a
key or an IRI of the graph, an identifier (``celex:32014L0024``), or the key of a plan without its edition where the
words do not say it.
Strict is the same words and the same thing; lenient the same thing in words that overlap.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pan2kg.errors import OutlineError, Place
from pan2kg.extract.acts import celex_of
from pan2kg.extract.names import Mention, Names
from pan2kg.project import read_text

NUMBERED: Final = ("eu-act", "national-act", "ilo", "ungp", "sdg", "un", "bill")
"""The kinds that are cited by a number or a date of their own."""
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says a text mentions: the place, the words, and the id of the thing."""

    start: int
    end: int
    surface: str
    id: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A labelled sentence; ``country`` is that of the document it is from, ``part`` the set it belongs to."""

    id: str
    language: str
    text: str
    labels: tuple[Label, ...]
    country: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """A label that was not found, ``found`` being empty, or a mention nobody labelled, ``wanted`` being empty.

    Both are there where the words are the same and the thing is another.
    """

    sentence: str
    surface: str
    wanted: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one group: labels, mentions, and how many of each agree, strictly and in words that overlap."""

    group: str
    labels: int
    mentions: int
    strict: int
    lenient: int

    @property
    def precision(self) -> float:
        """Which share of the mentions is right, strictly; 1 where there are none.

        >>> Score("all", 4, 5, 3, 4).precision, Score("all", 4, 5, 3, 4).recall
        (0.6, 0.75)
        """
        return self.strict / self.mentions if self.mentions else 1.0

    @property
    def recall(self) -> float:
        """Which share of the labels is found, strictly; 1 where there are none."""
        return self.strict / self.labels if self.labels else 1.0

    @property
    def lenient_precision(self) -> float:
        """Which share of the mentions is right, in words that overlap."""
        return self.lenient / self.mentions if self.mentions else 1.0

    @property
    def lenient_recall(self) -> float:
        """Which share of the labels is found, in words that overlap."""
        return self.lenient / self.labels if self.labels else 1.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of all sentences, of each kind and of each language, every miss, and mentions in empty sentences."""

    scores: Mapping[str, Score]
    misses: tuple[Miss, ...]
    sentences: int
    empty: int
    in_empty: int


def read_sentences(path: Path) -> tuple[Sentence, ...]:
    """The labelled sentences of a file.

    Raises:
        ProjectError: the file cannot be read.
        OutlineError: a line is no labelled sentence, or the words of a label do not stand where it says.
    """
    return tuple(_sentences(read_text(path), str(path)))


def _sentences(text: str, source: str) -> Iterator[Sentence]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            one: dict[str, Any] = json.loads(line)
            labels = tuple(
                Label(int(said["start"]), int(said["end"]), str(said["surface"]), str(said["id"]))
                for said in one["mentions"]
            )
            sentence = Sentence(
                str(one["id"]), str(one["lang"]), str(one["text"]), labels, str(one.get("country", "")),
                str(one.get("set", "")),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError):
            raise OutlineError("no-labelled-sentence", place=Place(source, number), remedy="label-fields") from None
        for label in sentence.labels:
            if sentence.text[label.start : label.end] != label.surface:
                raise OutlineError(
                    "label-elsewhere", place=Place(source, number), remedy="mend-label", surface=label.surface
                )
        yield sentence


Find = Callable[[Sentence], Sequence[Mention]]


def evaluate(sentences: Iterable[Sentence], find: Find, names: Names) -> Evaluation:
    """The scores of what is found in labelled sentences; bodies count only where a label is of one."""
    read = list(sentences)
    bodies = any(_kind(label, names) == "body" for one in read for label in one.labels)
    counts: dict[str, Counter[str]] = {}
    misses: list[Miss] = []
    empty = in_empty = 0
    for sentence in read:
        found = [one for one in find(sentence) if bodies or one.kind != "body"]
        strict, lenient = _agreeing(sentence, found, names)
        for group, name, number in _counted(sentence, found, strict, lenient, names):
            counts.setdefault(group, Counter())[name] += number
        misses += _missed(sentence, found, strict, names)
        empty += not sentence.labels
        in_empty += len(found) if not sentence.labels else 0
    order = [ALL, "numbered", *sorted(counts.keys() - {ALL, "numbered"})]
    scores = {
        group: Score(group, *(counts[group][name] for name in ("labels", "mentions", "strict", "lenient")))
        for group in order
        if group in counts
    }
    return Evaluation(scores, tuple(misses), len(read), empty, in_empty)


Pairs = dict[int, int]


def _agreeing(sentence: Sentence, found: Sequence[Mention], names: Names) -> tuple[Pairs, Pairs]:
    """Which label each mention is, by their places in the lists: strictly, and in words that overlap."""
    strict: Pairs = {}
    lenient: Pairs = {}
    for number, one in enumerate(found):
        for place, label in enumerate(sentence.labels):
            if not is_same(one.target, label.id, names):
                continue
            if (one.start, one.end) == (label.start, label.end):
                strict[number] = place
            if one.start < label.end and label.start < one.end and place not in lenient.values():
                lenient[number] = place
    return strict, lenient


def is_same(target: str, wanted: str, names: Names) -> bool:
    """Whether a target is what a label says, by IRI, key, identifier, or the key of a plan without its edition.

    >>> from pan2kg.extract.names import Thing
    >>> names = Names({"i": Thing("i", "lu-bhr-2", "plan")})
    >>> is_same("i", "lu-bhr-2", names), is_same("i", "lu-bhr", names), is_same("ilo:C122", "ilo:C122", names)
    (True, True, True)
    """
    if target == wanted:
        return True
    thing, other = names.things.get(target), names.identified(wanted)
    if thing is None:
        return bool(celex_of(target)) and wanted == f"celex:{celex_of(target)}"
    return thing.family == wanted if other is None else other.iri == target


def _kind(label: Label, names: Names) -> str:
    """The kind of a label: as a mention’s, told by its id and by whether its words have a number."""
    thing = names.identified(label.id)
    has_number = re.search(r"\d", label.surface) is not None
    known = thing.key if thing else label.id
    if thing and thing.kind in ("plan", "body"):
        return thing.kind
    if "/sdg/" in label.id or known.startswith("sdg"):
        return "sdg"
    for start, kind in (("celex:", "eu-act"), ("ilo", "ilo"), ("ungp-", "ungp"), ("unscr", "un")):
        if known.startswith(start) and has_number:
            return kind
    if thing and celex_of(thing.iri) and re.search(r"\d/\d|\d{5}", label.surface):
        return "eu-act"
    if thing is None and ":" in label.id:
        return "bill" if ":pl:" in label.id else "national-act"
    if thing and thing.type == "bill":
        return "bill"
    if thing and thing.country and re.search(r"\d{4}$", label.surface):
        return "national-act"
    return "plan" if thing is None else "name"


def _kind_of(one: Mention) -> str:
    return "name" if one.rule in ("name", "definition", "short-form") and one.kind not in ("plan", "body") else one.kind


def _counted(
    sentence: Sentence, found: Sequence[Mention], strict: Pairs, lenient: Pairs, names: Names
) -> Iterator[tuple[str, str, int]]:
    """What a sentence adds to the counts of each group; a mention that is right is of the kind of its label."""
    kinds = [_kind(label, names) for label in sentence.labels]
    for kind in kinds:
        for group in _groups(kind, sentence):
            yield group, "labels", 1
    for number, one in enumerate(found):
        place = strict.get(number, lenient.get(number))
        for group in _groups(kinds[place] if place is not None else _kind_of(one), sentence):
            yield group, "mentions", 1
            yield group, "strict", int(number in strict)
            yield group, "lenient", int(number in lenient)


def _groups(kind: str, sentence: Sentence) -> Iterator[str]:
    yield ALL
    yield f"kind:{kind}"
    yield f"language:{sentence.language}"
    if kind in NUMBERED:
        yield "numbered"


def _missed(sentence: Sentence, found: Sequence[Mention], strict: Pairs, names: Names) -> Iterator[Miss]:
    wrong = {(one.start, one.end): one for number, one in enumerate(found) if number not in strict}
    for place, label in enumerate(sentence.labels):
        if place not in strict.values():
            other = wrong.pop((label.start, label.end), None)
            yield Miss(sentence.id, label.surface, label.id, _called(other, names) if other else "")
    for one in wrong.values():
        yield Miss(sentence.id, one.surface, "", _called(one, names))


def _called(one: Mention, names: Names) -> str:
    thing = names.things.get(one.target)
    return thing.key if thing else one.target or f"? {len(one.choices)}"
