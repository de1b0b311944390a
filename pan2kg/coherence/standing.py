"""What is known of something, in one list of words for all that is asked: ``Standing``.

A figure, a page or a file says of a citation, a shared text, a field of an action or a duty how it
stands. What nobody read is never told as « no », nor counted as 0: it has a value of its own, and
« no » is said only where somebody read to the end and found nothing.
"""

from enum import StrEnum
from typing import Literal

Subject = Literal["citation", "cell", "field", "duty"]
"""Of what it is said: of a citation, of a cell of a matrix, of a field of an action, of a duty."""


class Standing(StrEnum):
    """How something stands. The values are what files call it, unless :data:`_CODES` says otherwise.

    STATED: a source says it; the citation was seen, the text is shared, the field is filled in.
    VAGUE: a source says it without what would let one check it: a field without a measure, an
        action that answers a duty and has no day.
    ABSENT: what would say it was read in full, and does not.
    UNREAD: nobody read or recorded it, or not to the end: it is neither « yes » nor « no ». Of a
        duty past its day: nobody looked for an answer.
    IMPOSSIBLE: it could not be said there: what would say it is older.
    UNDATED: a day is missing by which one could tell whether it could be said there.

    IN_TIME: the duty was answered by its day.
    LATE: the duty was answered after its day, by so many days.
    OVERDUE: the duty is past its day; an answer was looked for until the day asked for, and none
        was seen.
    NOT_YET_DUE: the day of the duty is still to come, or is the day asked for.
    DAY_UNKNOWN: no whole day is known by which the duty is due, or its treaty binds nobody yet.

    >>> Standing.UNREAD.code("citation"), Standing.UNREAD.code("cell"), Standing.UNREAD.code("duty")
    ('open', 'unread', 'not-assessed')
    """

    STATED = "seen"
    VAGUE = "vague"
    ABSENT = "absent"
    UNREAD = "open"
    IMPOSSIBLE = "impossible"
    UNDATED = "undated"
    IN_TIME = "on-time"
    LATE = "late"
    OVERDUE = "uncovered"
    NOT_YET_DUE = "not-yet-due"
    DAY_UNKNOWN = "due-unknown"

    def code(self, subject: Subject) -> str:
        """What files and messages call it where it is said of such a subject."""
        return _CODES[subject].get(self, self.value)

    @classmethod
    def of_code(cls, code: str, subject: Subject) -> "Standing | None":
        """The standing a code names where it is said of such a subject; None where it names none.

        >>> Standing.of_code("present", "field"), Standing.of_code("seen", "field")
        (<Standing.STATED: 'seen'>, None)
        """
        for standing in SAID_OF[subject]:
            if standing.code(subject) == code:
                return standing
        return None


_CODES = {
    "citation": {},
    "cell": {Standing.STATED: "yes", Standing.ABSENT: "no", Standing.UNREAD: "unread"},
    "field": {Standing.STATED: "present", Standing.UNREAD: "unread"},
    "duty": {Standing.UNREAD: "not-assessed"},
}
"""What files have called it before there was one list, kept for who reads them."""

SAID_OF: dict[Subject, tuple[Standing, ...]] = {
    "citation": (
        Standing.STATED,
        Standing.ABSENT,
        Standing.UNREAD,
        Standing.IMPOSSIBLE,
        Standing.UNDATED,
    ),
    "cell": (Standing.STATED, Standing.ABSENT, Standing.UNREAD),
    "field": (Standing.STATED, Standing.VAGUE, Standing.ABSENT, Standing.UNREAD),
    "duty": (
        Standing.IN_TIME,
        Standing.LATE,
        Standing.OVERDUE,
        Standing.VAGUE,
        Standing.NOT_YET_DUE,
        Standing.DAY_UNKNOWN,
        Standing.UNREAD,
    ),
}
"""What can be said of each subject, in the order in which it is told; of a field the best comes first."""
