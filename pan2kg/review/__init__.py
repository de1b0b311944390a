"""Review: what waits for a decision, decisions as they are typed, and how they are written to the graph.

Nothing here knows of HTTP. What is decided is appended to a file of the plan it belongs to; no line
that stands in the project is ever changed.

What is decided on is a :class:`Candidate`, found by :mod:`pan2kg.review.proposals` or typed, and a
:class:`Decision` is what somebody makes of it. :func:`refuse` says what cannot be, :func:`decide`
writes, :func:`withdraw` takes back, and :func:`decided` reads what holds.
:mod:`pan2kg.review.desk` is a review as it goes on, with its cards, keys and forms;
:mod:`pan2kg.review.work` keeps what was read and waits. Beside decisions, facts are written by hand:
:mod:`pan2kg.review.add`, and :mod:`pan2kg.review.sheet` for a whole plan. The names offered here are
those of decisions and of the files they are written to; they load no desk.
"""

from pan2kg.review.decision import Candidate, Decision, Held, Origin, Settled, decided
from pan2kg.review.fields import read_field
from pan2kg.review.files import Addition, addition, alone, write
from pan2kg.review.filing import Composed, compose, decide, withdraw
from pan2kg.review.outcomes import Outcome, RefusedError
from pan2kg.review.refusals import refuse
from pan2kg.review.standing import ProjectFiles

__all__ = [
    "Addition",
    "Candidate",
    "Composed",
    "Decision",
    "Held",
    "Origin",
    "Outcome",
    "ProjectFiles",
    "RefusedError",
    "Settled",
    "addition",
    "alone",
    "compose",
    "decide",
    "decided",
    "read_field",
    "refuse",
    "withdraw",
    "write",
]
