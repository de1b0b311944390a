"""The one door for what is sent in: a form, whoever sent it and by whatever way, and what came of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from pan2kg.errors import EndpointError, ProjectError
from pan2kg.review.entry import Outcome, RefusedError
from pan2kg.review.entry_entry import Form, read_choice
from pan2kg.review.filing import decide
from pan2kg.review.scores import enter
from pan2kg.tables.material import Material

if TYPE_CHECKING:
    from pan2kg.i18n.text import Language
    from pan2kg.project import Project
    from pan2kg.store.store import Store

FORMS: Final = {"decision": decide, "scores": enter}
"""What each form does, by the value of its field ``form``."""


def submit(project: Project, store: Store, form: Form, today: date, *, language: Language = "fr") -> Outcome:
    """Write down what a form holds, or say why not; nothing is ever written in part.

    ``store`` is what the form was filled in from; the files are read again before anything is written. The language
    is that of the texts typed, where the form does not say.

    >>> from datetime import date
    >>> from pan2kg.graph.graph import open_graph
    >>> graph = open_graph()
    >>> outcome = submit(graph.project, graph.store, {"form": "decision", "item": "no-such"}, date(2026, 1, 1))
    >>> outcome.said.en
    'This link does not wait for a decision, or no longer does; nothing was written.'
    """
    if project.data:
        return Outcome("read-only")
    try:
        does = FORMS[read_choice(form, "form", FORMS)]
        return does(Material(store, language, today, project=project), form, today)
    except RefusedError as error:
        return error.outcome
    except (EndpointError, ProjectError) as error:
        return Outcome("not-written", {"detail": str(error).rstrip(".")})
