"""What came of something that was sent in: an outcome, or the reason why it was refused, in words of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pan2kg.errors import Pan2kgError, ProjectError
from pan2kg.i18n import Filling, Language, Message, Messages, Text

_REVIEW = Messages("review")
DONE = frozenset(
    (
        "accepted",
        "rejected",
        "accepted-many",
        "rejected-many",
        "scored",
        "undone",
        "second-noted",
        "control-noticed",
        "control-missed",
        "proposed",
    )
)
"""The outcomes with which something was written, or noted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: a code of the catalogue ``review``, what fills in its sentence, and the files written."""

    code: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether something was written, or noted."""
        return self.code in DONE

    @property
    def said(self) -> Text:
        """The sentence a person is told."""
        return sentence(self.code, self.values)


class RefusedError(ProjectError):
    """Something that was sent in cannot be written; ``why`` is what another part of the program said of it.

    The field of the form it is about is named by its key.
    """

    def __init__(
        self, code: str, *, field: str = "", why: Pan2kgError | None = None, **values: str | int
    ) -> None:
        name = f"field.{field}"
        called = Message("review", name) if _REVIEW.has(name) else field
        if why:
            message = why.told
        else:
            message = Message("review", f"outcome.{code}", {"field": called, **values})
        super().__init__(message)
        self.code = code
        self.values = values
        self.field = field
        self.why = why

    def outcome(self, language: Language) -> Outcome:
        """The refusal as what came of a form, with its reason in a language."""
        values = dict[str, str | int]()
        if self.field:
            values["field"] = self.field
        values |= self.values
        if self.why:
            values["detail"] = self.why.say(language)
        return Outcome(self.code, values)


def sentence(code: str, values: Mapping[str, str | int]) -> Text:
    """The words kept under a code, filled in; the value ``field`` is the name of a field of the form.

    >>> sentence("accepted", {"files": "graph/plans/x-reviewed.ttl"}).say("de")
    'Die Verknüpfung ist angenommen; sie steht in graph/plans/x-reviewed.ttl.'
    """
    place = f"field.{values.get('field', '')}"
    filling: dict[str, Filling] = {name: str(value) for name, value in values.items()}
    if _REVIEW.has(place):
        filling["field"] = _REVIEW.text(place)
    return _REVIEW.text(f"outcome.{code}", **filling)
