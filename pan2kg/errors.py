"""What can go wrong: a sentence with a place and a remedy, said in the language of whoever reads it.

Faults in the *data* are never exceptions: they are findings in a report. The words stand in the
catalogues of :mod:`pan2kg.i18n` under « error »; an error carries their key and what is put into
them.
"""

from dataclasses import dataclass
from typing import Self

from pan2kg.i18n import Language, Message, process_language
from pan2kg.i18n.message import join_messages


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file, and the line in it counted from 1 where it is known.

    >>> str(Place("graph/plans/lu-bhr-2.ttl", 12))
    'graph/plans/lu-bhr-2.ttl:12'
    >>> str(Place("query", 3, 7))
    'query:3:7'
    """

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        numbers = [self.file, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(numbers)


class Pan2kgError(Exception):
    """A fault the user can mend: the key of one sentence with its values, the place, and the key of the remedy.

    The words stand in the catalogues under « error ». They are said in the language of whoever
    reads them, and as text in that of the process.

    >>> error = Pan2kgError("no-such-folder", place=Place("plans"), remedy="name-new-folder")
    >>> str(error)
    'plans: There is no such folder. Name a new or an empty folder.'
    >>> error.say("de")
    'plans: Diesen Ordner gibt es nicht. Nennen Sie einen neuen oder leeren Ordner.'
    """

    def __init__(
        self,
        message: str | Message,
        /,
        *,
        place: Place | None = None,
        remedy: str | Message | None = None,
        **values: object,
    ) -> None:
        super().__init__(message)
        self.message = (
            message if isinstance(message, Message) else Message("error", message, values)
        )
        self.place = place
        self.remedy = Message("error", remedy, values) if isinstance(remedy, str) else remedy
        # the place, the sentence and the remedy as one message, to stand in another one
        self.told = join_messages(
            [*([f"{place}:"] if place else []), self.message, *filter(None, [self.remedy])]
        )

    def inside(self, file: str) -> Self:
        """The same fault of a text that stands in ``file``."""
        line, column = (self.place.line, self.place.column) if self.place else (None, None)
        return type(self)(self.message, place=Place(file, line, column), remedy=self.remedy)

    def say(self, language: Language) -> str:
        """The place, the sentence and the remedy in a language."""
        return self.told.say(language)

    def __str__(self) -> str:
        return self.say(process_language())


class ProjectError(Pan2kgError):
    """A folder that is no project, a file that cannot be read or written."""


class TurtleError(Pan2kgError):
    """Text that is not Turtle."""


class OutlineError(Pan2kgError):
    """Text that cannot be read as a plan."""


class QueryError(Pan2kgError):
    """An unknown query or parameter, or a syntax error in SPARQL."""


class EndpointError(Pan2kgError):
    """A remote store that does not answer, or not as a SPARQL endpoint does."""


class FormatError(Pan2kgError):
    """An answer or a report that cannot be written as asked."""
