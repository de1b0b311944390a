"""The fields of a form as somebody filled them in: read, cleaned of what spaces do no harm, or refused.

Forms come from the pages of a review, from the terminal and from options of commands.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping

from pan2kg.i18n import Messages
from pan2kg.review.outcomes import RefusedError

Form = Mapping[str, str]
"""What was typed, by the names of fields."""
LIMITS = {
    "reviewer": 100, "reason": 2000, "quote": 3000, "page": 40, "rationale": 2000, "scale": 60,
    "title": 1000, "note": 2000,
    "relation": 60, "to": 300, "nearer": 300, "rejection": 40, "words": 3000,
    "hand_from": 300, "hand_relation": 60, "hand_to": 300, "hand_words": 3000,
}  # fmt: skip
"""The most characters a field takes."""
_SEVERAL_LINES = frozenset(("words", "hand_words", "reason", "quote", "rationale", "note"))
"""The fields of several lines."""
TONGUES = Messages("tongue").keys()
"""The languages in which somebody may write or quote."""
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes text show in another order than it is stored."""


def read_field(form: Form, name: str, *, needed: bool = True) -> str:
    """The text of a field, refused where it is empty and needed, too long, or holds characters that cannot be seen.

    >>> read_field({"reviewer": " A.  Weber "}, "reviewer")
    'A. Weber'
    """
    typed = form.get(name, "")
    most = LIMITS[name]
    # what is far too long is not even looked at
    if len(typed) > 4 * most:
        raise RefusedError("too-long", field=name, most=most)
    text = _BREAKS.sub("\n", typed).strip() if name in _SEVERAL_LINES else " ".join(typed.split())
    if needed and not text:
        raise RefusedError("missing", field=name)
    if len(text) > most:
        raise RefusedError("too-long", field=name, most=most)
    if any(map(_is_hidden, text)):
        raise RefusedError("hidden-character", field=name)
    return text


def _is_hidden(character: str) -> bool:
    """Whether a character cannot be seen, is none, or turns text round; lines and tabs may stand."""
    if character in "\n\t":
        return False
    code = ord(character)
    is_none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    is_control = unicodedata.category(character) in ("Cc", "Cs")
    return is_none or is_control or character in _TURNING


def read_choice(form: Form, name: str, known: Collection[str], *, default: str = "") -> str:
    """The value of a field that is one of those ``known``, or the default where it is empty.

    Refused is any other, and an empty one without a default.

    >>> read_choice({"verdict": "accept "}, "verdict", ("accept", "reject"))
    'accept'
    """
    choice = form.get(name, "").strip()
    if not choice and not default:
        raise RefusedError("missing", field=name)
    if choice and choice not in known:
        raise RefusedError("unknown", field=name)
    return choice or default
