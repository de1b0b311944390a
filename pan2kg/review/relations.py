"""Which relation the words of a document propose between a work and what it names: rules of ``relations.toml``.

Links are proposed with it by :mod:`pan2kg.review.proposals`; a person decides.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pan2kg.extract import Mention
from pan2kg.extract.names import Thing, either
from pan2kg.review.decision import CITATION, MENTION, USE
from pan2kg.validation.rights import LONGEST

_BEFORE = 160
"""In how many characters before a mention words may propose its relation."""
_UNKNOWN_RULE = 0.5
"""How likely a rule is right that has no rank."""
_SENTENCE_END = re.compile(
    r"""
    (?<=[^\s.]{3}[.!?…]) \s+ (?=[«“„\"(]?[A-ZÀ-Ü0-9])   # « … droits. Le … », but not « art. 4 »
    | [\n\t]+
    """,
    re.VERBOSE,
)


class _RelationRule(NamedTuple):
    """Words that propose a relation: what they propose for a text, ``text``, or with its type for a plan, ``plan``."""

    words: re.Pattern[str]
    proposed: Mapping[str, Any]


class _RelationRules(NamedTuple):
    """The rules in their order, what is proposed without any words, and how likely each rule of names is right."""

    rules: Sequence[_RelationRule]
    default: Mapping[str, Any]
    ranks: Mapping[str, float]


@cache
def _relation_rules() -> _RelationRules:
    path = Path(__file__).with_suffix(".toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = []
    for listed in table["relation"]:
        pattern = rf"(?<!\w){either(listed['words'])}(?!\w)"
        rules.append(_RelationRule(re.compile(pattern, re.IGNORECASE), listed))
    return _RelationRules(rules, table["default"], table["rank"])


def rank_of_rule(rule: str) -> float:
    """How likely a rule of names is right, from 0 to 1."""
    return _relation_rules().ranks.get(rule, _UNKNOWN_RULE)


class ProposedRelation(NamedTuple):
    """What a mention proposes: the type of link and the relation, by key, and the words that say so, if any."""

    type: str
    relation: str
    words: str


def relation_of(
    text: str, mention: Mention, end: Thing | None, own: Thing | None
) -> ProposedRelation:
    """What is proposed by the words nearest before a mention, in its sentence.

    ``end`` is what is named, None where the graph does not have it. ``own`` is the plan whose text
    it is, None where it is that of an action.

    >>> text, act = "afin de transposer la directive 2014/24/UE", "http://data.europa.eu/eli/dir/2014/24/oj"
    >>> tuple(relation_of(text, Mention(22, 42, text[22:42], act, "eu-act", "eu-number"), None, None))
    ('uses-instrument', 'supports-transposition-of', 'transposer')
    """
    sentence = sentence_at(text, mention.start, mention.end)
    before = text[max(sentence.start, mention.start - _BEFORE) : mention.start]
    if end is None or end.kind != "plan":
        nearest = _nearest_words(before, "text")
        relation = _relation_to_text(str(nearest.proposed["text"]), mention, end)
        return ProposedRelation(USE, relation, nearest.words)
    nearest = _nearest_words(before, "plan")
    type_, relation = nearest.proposed["plan"]
    is_of_family = own is not None and own.family == end.family
    if type_ == "succession" and not is_of_family:
        return ProposedRelation(CITATION, "continues", nearest.words)
    if own is None:
        # what an action says of a plan is a citation of it; only links of plans have other types
        type_ = CITATION
    return ProposedRelation(type_, relation, nearest.words)


class _NearestWords(NamedTuple):
    """Words that propose something, and what they propose."""

    words: str
    proposed: Mapping[str, Any]


def _nearest_words(before: str, side: str) -> _NearestWords:
    """The words that end nearest to what follows them; of several rules the first.

    ``side`` is what a rule must speak of, ``text`` or ``plan``. Without such words, what is proposed
    by default.
    """
    table = _relation_rules()
    nearest = _NearestWords("", table.default)
    end = 0
    for rule in table.rules:
        if side not in rule.proposed:
            continue
        for match in rule.words.finditer(before):
            if match.end() > end:
                nearest = _NearestWords(match[0], rule.proposed)
                end = match.end()
    return nearest


def _relation_to_text(relation: str, mention: Mention, end: Thing | None) -> str:
    """Only directives are transposed, and only conventions ratified; of others it is said more weakly."""
    if relation == "supports-transposition-of":
        address = end.iri if end else mention.target
        is_directive = "/eli/dir" in address or (end is not None and end.type == "eu-directive")
        return relation if is_directive else "implements"
    is_ratified = relation in ("plans-ratifying", "considers-ratifying")
    if is_ratified and mention.kind not in ("ilo", "instrument"):
        return MENTION
    return relation


class SentenceSpan(NamedTuple):
    """Where a sentence begins and ends in a text."""

    start: int
    end: int


def sentence_at(text: str, start: int, end: int) -> SentenceSpan:
    """Where the sentence round a place begins and ends; of a long one what is nearest, 300 characters or 60 words.

    >>> text = "Rien ici. La directive 2014/24/UE s’applique. Autre chose."
    >>> text[slice(*sentence_at(text, 13, 33))]
    'La directive 2014/24/UE s’applique.'
    """
    low = max(0, start - 2 * LONGEST.characters)
    high = min(len(text), end + 2 * LONGEST.characters)
    begin = low
    finish = high
    for boundary in _SENTENCE_END.finditer(text, low, high):
        if boundary.end() <= start:
            begin = boundary.end()
        elif boundary.start() >= end:
            finish = boundary.start()
            break
    # word by word from the side that is longer, but never into the place itself
    while finish - begin > LONGEST.characters or len(text[begin:finish].split()) > LONGEST.words:
        before = start - begin
        behind = finish - end
        if before <= 0 and behind <= 0:
            break
        if before >= behind:
            space = text.find(" ", begin + 1, start)
            begin = space + 1 if space >= 0 else start
        else:
            space = text.rfind(" ", end, finish - 1)
            finish = space if space >= 0 else end
    return SentenceSpan(begin, finish)
