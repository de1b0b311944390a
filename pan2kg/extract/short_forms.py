"""Names a text gives itself, and words that refer back: « (ci-après « le Pacte ») », « ladite directive ».

A short form refers to the last mention of its type in the same paragraph or the one before. Where a reference of that
type stands between which could not be resolved, it refers to nothing that is known: finders of citations that overlook
this attach it to the wrong act.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from pan2kg.extract.eu_acts import either, words
from pan2kg.extract.mention import Mention

_PARAGRAPH: Final = "\n\n"
_LONGEST: Final = 60
_NEAR: Final = 3


@cache
def _definition() -> re.Pattern[str]:
    said = words()["definition"]
    article = rf"(?:{either(said['article'])}\s*)?"
    quoted = rf"{article}[«“\"„‘']\s*{article}(?P<quoted>[^«»“”\"„()]{{2,{_LONGEST}}}?)\s*[»”\"“’']"
    plain = r"(?P<plain>[A-Z][A-Za-zÀ-ÿ]*(?:[ -]?[A-Z0-9][\w]*)*)"
    return re.compile(
        rf"\s*,?\s*\((?:(?i:{either(said['words'])})\s*[:,]?\s*(?:{quoted}|{article}{plain})"
        r"|(?P<bare>[A-ZÄÖÜÉ][A-Za-zäöü]*[A-ZÄÖÜ]+[A-Za-z]*s?(?:[ -]?\d)?))\s*\)"
    )


def find_definitions(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The names that stand defined behind a mention, wherever they stand after that.

    >>> pact = "Le Pacte national Entreprises (ci-après « le Pacte ») engage. Le Pacte est signé."
    >>> [(one.start, one.surface) for one in find_definitions(pact, [Mention(3, 29, "", "i", "instrument", "name")])]
    [(65, 'Pacte')]
    """
    defined: dict[str, list[tuple[int, Mention]]] = {}
    for one in mentions:
        if one.target and (found := _definition().match(text, one.end)):
            name = (found["quoted"] or found["plain"] or found["bare"]).strip()
            if len(name) > 1:
                defined.setdefault(name, []).append((found.end(), one))
    if not defined:
        return
    for again in re.finditer(rf"(?<![\w-]){either(map(re.escape, defined))}(?!\w)", text):
        before = [one for end, one in defined[again[0]] if end <= again.start()]
        if before:
            one = before[-1]
            yield Mention(*again.span(), again[0], one.target, one.kind, "definition", others=one.others)


_ACTS: Final = {
    "dir": ("eu-act",),
    "reg": ("eu-act",),
    "dec": ("eu-act",),
    "law": ("national-act",),
    "convention": ("ilo",),
}


@cache
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    short = words()["short"]
    nouns = "|".join(f"(?P<{kind}>{either(short[kind])})" for kind in _ACTS)
    same = nouns.replace("?P<", "?P<c_")
    return (
        re.compile(
            rf"(?<!\w)(?:{either(short['said'])}\s+(?:{nouns})(?!\w|\s*\(|\s*{either(words()['number']['marks'])}?\s*\d)"
            rf"|(?:la|le|the|die)\s+(?:{same})\s+{either(short['cited'])}(?!\w))",
            re.IGNORECASE,
        ),
        re.compile(rf"(?<!\w){either(short['last'])}(?!\w)", re.IGNORECASE),
    )


@cache
def _noun(kind: str) -> re.Pattern[str]:
    return re.compile(rf"\w*{either(words()['short'][kind])}\w*", re.IGNORECASE)


def find_short_forms(text: str, mentions: Sequence[Mention]) -> Iterator[Mention]:
    """The words that refer back to a mention.

    >>> text = "Le règlement (UE) 2016/679 s’applique ; ledit règlement prévoit des délais."
    >>> act = Mention(3, 26, "", "http://data.europa.eu/eli/reg/2016/679/oj", "eu-act", "eu-number")
    >>> [one.surface for one in find_short_forms(text, [act])]
    ['ledit règlement']
    """
    said, last = _forms()
    done = list(mentions)
    for found in said.finditer(text):
        kind = next(key for key in _ACTS if found[key] or found[f"c_{key}"])
        if one := _meant(text, found.start(), kind, done):
            made = Mention(found.start(), found.end(), found[0], one.target, one.kind, "short-form", "refers-back")
            done.append(made)
            yield made
    for found in last.finditer(text):
        near = [one for one in done if one.end <= found.start() and one.kind in ("eu-act", "national-act")]
        if near and re.fullmatch(r"\s*[;,]\s*", text[near[-1].end : found.start()]):
            one = near[-1]
            yield Mention(found.start(), found.end(), found[0], one.target, one.kind, "short-form", "refers-back")


def _meant(text: str, start: int, kind: str, mentions: Sequence[Mention]) -> Mention | None:
    """The last mention of a type before a place, unless another reference of that type stands between."""
    ahead = text.rfind(_PARAGRAPH, 0, start)
    first = text.rfind(_PARAGRAPH, 0, ahead) if ahead > 0 else 0
    before = [
        one for one in mentions
        if first <= one.start < start and one.kind in (*_ACTS[kind], "instrument") and _is_of(one, kind)
    ]  # fmt: skip
    if not before:
        return None
    meant = max(before, key=lambda one: one.start)
    unresolved = [
        found for found in _noun(kind).finditer(text, meant.end, start)
        if not any(one.start <= found.start() < one.end for one in mentions)
        and not _precedes_number(text, found.end())
    ]  # fmt: skip
    return None if unresolved or not meant.target else meant


def _precedes_number(text: str, end: int) -> bool:
    """Whether a plural stands before the numbers of a list, which are mentions themselves."""
    return re.match(r"\s*(?:\([A-Z]+\)\s*)?(?:n[°º]s?\s*)?\d", text[end : end + 20]) is not None


def _is_of(one: Mention, kind: str) -> bool:
    """Whether a mention is of the type a noun says: an act of the Union tells it by its address."""
    if one.kind == "eu-act" or "/eli/dir" in one.target or "/eli/reg" in one.target or "/eli/dec" in one.target:
        return f"/eli/{kind}" in one.target
    if one.kind == "instrument":
        return kind == "law"
    return kind in ("law", "convention")
