"""Fields of a form, read and checked, and the outcome of a form that was sent in.

A text is refused when it is too long or holds characters that cannot be seen, as these would stand in a file people
review line by line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.i18n.catalogue import Filling, Language, Messages, Text
from pan2kg.i18n.message import Message

DONE = frozenset((
    "accepted", "rejected", "accepted-many", "rejected-many", "scored", "undone", "second-noted", "control-noticed",
    "control-missed", "proposed",
))  # fmt: skip
"""The outcomes with which something was written, or noted."""
_REVIEW: Final = Messages("review")


@dataclass(frozen=True, slots=True)
class Outcome:
    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        return self.code in DONE

    @property
    def said(self) -> Text:
        return sentence(self.code, self.values)


class RefusedError(ProjectError):
    """Something that was sent in cannot be written; ``why`` is what another part of the program said of it.

    The field of the form it is about is named by its key.
    """

    def __init__(self, code: str, *, field: str = "", why: Pan2kgError | None = None, **values: str | int) -> None:
        called = Message("review", f"field.{field}") if _REVIEW.has(f"field.{field}") else field
        super().__init__(why.told if why else Message("review", f"outcome.{code}", {"field": called, **values}))
        self.code, self.field, self.values, self.why = code, field, values, why

    def outcome(self, language: Language) -> Outcome:
        values: dict[str, str | int] = {"field": self.field} if self.field else {}
        values.update(self.values)
        if self.why:
            values["detail"] = self.why.say(language)
        return Outcome(self.code, values)


def sentence(code: str, values: Mapping[str, str | int]) -> Text:
    """The words kept under a code, filled in; the value ``field`` is the name of a field of the form.

    >>> sentence("accepted", {"files": "graph/plans/x/reviewed.ttl"}).say("de")
    'Die Verknüpfung ist angenommen; sie steht in graph/plans/x/reviewed.ttl.'
    """
    place = f"field.{values.get('field', '')}"
    filling: dict[str, Filling] = {name: str(value) for name, value in values.items()}
    if _REVIEW.has(place):
        filling["field"] = _REVIEW.text(place)
    return _REVIEW.text(f"outcome.{code}", **filling)


LIMITS: Final[Mapping[str, int]] = {
    "reviewer": 100, "reason": 2000, "quote": 3000, "page": 40, "rationale": 2000, "scale": 60,
    "title": 1000, "note": 2000,
    "relation": 60, "to": 300, "nearer": 300, "rejection": 40, "words": 3000,
    "hand_from": 300, "hand_relation": 60, "hand_to": 300, "hand_words": 3000,
}  # fmt: skip
"""The most characters a field takes."""
LINES: Final = frozenset(("words", "hand_words", "reason", "quote", "rationale", "note"))
"""The fields that may have several lines."""
TONGUES: Final = Messages("tongue").keys()
"""The languages in which somebody may write or quote."""

_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes text show in another order than it is stored."""

Form = Mapping[str, str]


def read_text(form: Form, name: str, *, needed: bool = True) -> str:
    """The text of a field, refused where it is empty and needed, too long, or holds characters that cannot be seen.

    >>> read_text({"reviewer": " A.  Weber "}, "reviewer")
    'A. Weber'
    """
    typed = form.get(name, "")
    if len(typed) > 4 * LIMITS[name]:
        raise RefusedError("too-long", field=name, most=LIMITS[name])
    text = _BREAKS.sub("\n", typed).strip() if name in LINES else " ".join(typed.split())
    if needed and not text:
        raise RefusedError("missing", field=name)
    if len(text) > LIMITS[name]:
        raise RefusedError("too-long", field=name, most=LIMITS[name])
    for character in text.replace("\n", "").replace("\t", ""):
        is_none = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
        if is_none or character in _TURNING or unicodedata.category(character) in ("Cc", "Cs"):
            raise RefusedError("hidden-character", field=name)
    return text


def read_choice(form: Form, name: str, known: Collection[str], *, default: str = "") -> str:
    choice = form.get(name, "").strip()
    if not choice and not default:
        raise RefusedError("missing", field=name)
    if choice and choice not in known:
        raise RefusedError("unknown", field=name)
    return choice or default
