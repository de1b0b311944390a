"""What came of something that was sent in: what was written where, or why nothing was."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pan2kg.i18n.text import Text

DONE = frozenset(("accepted", "rejected", "scored"))
"""The outcomes with which something was written."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A code, which has its sentence in ``words.toml``, what fills the sentence, and the files that were written.

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

        >>> Outcome("missing", {"field": "quote"}).said.en
        'The field “Quoted words” is empty; nothing was written.'
        """
        return sentence(self.code, self.values)


class RefusedError(Exception):
    """Something that was sent in cannot be written; carries the outcome."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.outcome = Outcome(code, values)


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


def sentence(code: str, values: Mapping[str, str | int]) -> Text:
    """The words kept under a code, filled in; the value ``field`` is the name of a field of the form.

    >>> sentence("accepted", {"files": "graph/plans/x/reviewed.ttl"}).de
    'Die Verknüpfung ist angenommen; sie steht in graph/plans/x/reviewed.ttl.'
    """
    words = Text.of(_table()["outcome"][code])
    named = str(values.get("field", ""))
    called = Text.of(_table()["field"][named]) if named in _table()["field"] else Text.same(named)
    filled = {
        language: template.format(**{**values, "field": called.by_language().get(language, named)})
        for language, template in words.by_language().items()
    }
    return Text.of(filled)


def called(field_name: str) -> Text:
    """What a field of the form is called.

    >>> called("reviewer").fr
    'Votre nom'
    """
    return Text.of(_table()["field"][field_name])
