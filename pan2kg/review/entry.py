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

from pan2kg.i18n.catalogue import Filling, Messages, Text

DONE = frozenset((
    "accepted", "rejected", "accepted-many", "rejected-many", "scored", "undone", "second-noted", "control-noticed",
    "control-missed", "proposed",
))  # fmt: skip
"""The outcomes with which something was written, or noted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A code, which has its sentence in the catalogues, what fills the sentence, and the files that were written.

    >>> Outcome("missing", {"field": "quote"}).is_done
    False
    """

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether something was written."""
        return self.code in DONE

    @property
    def said(self) -> Text:
        """The sentence.

        >>> Outcome("missing", {"field": "quote"}).said.say("en")
        'The field “Quoted words” is empty; nothing was written.'
        """
        return sentence(self.code, self.values)


class RefusedError(Exception):
    """Something that was sent in cannot be written; carries the outcome."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.outcome = Outcome(code, values)


_REVIEW: Final = Messages("review")


def sentence(code: str, values: Mapping[str, str | int]) -> Text:
    """The words kept under a code, filled in; the value ``field`` is the name of a field of the form.

    >>> sentence("accepted", {"files": "graph/plans/x/reviewed.ttl"}).say("de")
    'Die Verknüpfung ist angenommen; sie steht in graph/plans/x/reviewed.ttl.'
    """
    named = f"field.{values.get('field', '')}"
    given: dict[str, Filling] = {name: str(value) for name, value in values.items()}
    if _REVIEW.has(named):
        given["field"] = _REVIEW.text(named)
    return _REVIEW.text(f"outcome.{code}", **given)


def called(field_name: str) -> Text:
    """What a field of the form is called.

    >>> called("reviewer").say("fr")
    'Votre nom'
    """
    return _REVIEW.text(f"field.{field_name}")


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


def tidy(text: str) -> str:
    r"""Text with one kind of line ends and nothing blank around it.

    >>> tidy(" one\r\ntwo\u2028three ")
    'one\ntwo\nthree'
    """
    return _BREAKS.sub("\n", text).strip()


def read_text(form: Form, name: str, *, needed: bool = True) -> str:
    """The text of a field.

    Raises:
        RefusedError: it is empty and needed, too long, or holds characters that cannot be seen.

    >>> read_text({"reviewer": " A.  Weber "}, "reviewer")
    'A. Weber'
    """
    given = form.get(name, "")
    if len(given) > 4 * LIMITS[name]:
        raise RefusedError("too-long", field=name, most=LIMITS[name])
    text = tidy(given) if name in LINES else " ".join(given.split())
    if needed and not text:
        raise RefusedError("missing", field=name)
    if len(text) > LIMITS[name]:
        raise RefusedError("too-long", field=name, most=LIMITS[name])
    if any(map(_is_hidden, text)):
        raise RefusedError("hidden-character", field=name)
    return text


def _is_hidden(character: str) -> bool:
    if character in "\n\t":
        return False
    number = ord(character)
    is_none = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    return is_none or character in _TURNING or unicodedata.category(character) in ("Cc", "Cs")


def read_choice(form: Form, name: str, known: Collection[str], *, default: str = "") -> str:
    """The value of a field that is one of a list; ``default`` where nothing was chosen.

    Raises:
        RefusedError: it is another one.

    >>> read_choice({}, "channel", ["text", "web"], default="text")
    'text'
    """
    given = form.get(name, "").strip()
    if not given and not default:
        raise RefusedError("missing", field=name)
    if given and given not in known:
        raise RefusedError("unknown", field=name)
    return given or default
