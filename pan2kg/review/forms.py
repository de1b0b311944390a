"""What the forms of the review pages do: a decision, a candidate that is changed or proposed, or one step back.

Nothing is ever written in part: a form is done or refused, and what is wrong with it is said.
"""

from collections.abc import Callable, Mapping
from datetime import date
from time import time

from pan2kg.errors import EndpointError, Pan2kgError, ProjectError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.project import Project
from pan2kg.review import decision, work
from pan2kg.review.desk import Desk, Wanted, open_desk, write_suggested
from pan2kg.review.fields import Form, read_choice, read_field
from pan2kg.review.hand import HAND
from pan2kg.review.outcomes import Outcome, RefusedError
from pan2kg.review.suggested import graph_candidates
from pan2kg.store.store import Store
from pan2kg.turtle import key

TOGETHER = "with:"
"""How the fields of a form begin that tick what is decided together with what is shown."""
_VERDICTS = ("accept", "reject", "undo", "preview", "propose")
_MOST_DIGITS = 11
"""How many digits the seconds since 1970 have at most."""


def decide_suggestion(graph: Graph, form: Form, today: date) -> Outcome:
    """Accept or reject the suggestion of the graph whose key is the field ``item``.

    Refused is what the graph does not suggest, and what :func:`pan2kg.review.suggestions.fill` and
    :func:`pan2kg.review.refusals.refuse` refuse.
    """
    name = form.get("item", "")
    listed = graph_candidates(graph)
    candidate = next((candidate for candidate in listed if candidate.key == name), None)
    if candidate is None:
        raise RefusedError("unknown-item")
    return write_suggested(graph, candidate, form, today)


def decide_candidate(graph: Graph, form: Form, today: date) -> Outcome:
    """Do what a form asks: accept or reject a candidate of a document, changed before or not, propose one, or undo.

    What it would write is given back as the value ``preview`` where that is asked for; nothing is
    written then.
    """
    project = graph.project
    verdict = read_choice(form, "verdict", _VERDICTS)
    reviewer = read_field(form, "reviewer", needed=verdict != "propose")
    if work.has_candidates(project):
        material = work.read_material(graph, project)
    else:
        material = work.Material(graph)
    desk = open_desk(material, project, reviewer, today, Wanted.read(form))
    if verdict == "undo":
        return _undo(desk)
    if verdict == "propose":
        return desk.propose({name: read_field(form, f"hand_{name}") for name in HAND})
    rejection = _rejection(form, verdict)
    _show(desk, form)
    _edit(desk, form)
    if verdict == "preview":
        return Outcome("preview", {"preview": desk.preview(rejection)})
    outcome = desk.decide(rejection)
    return Outcome(outcome.code, {"files": outcome.files[0]}, outcome.files)


def _undo(desk: Desk) -> Outcome:
    """Take back the last decision; the outcome names the first candidate that waits again."""
    waited = {candidate.key for candidate in desk.waiting}
    file = desk.undo()
    if not file:
        raise RefusedError("nothing-to-undo")
    again = [candidate.key for candidate in desk.waiting if candidate.key not in waited]
    return Outcome("undone", {"files": file, "candidate": again[0] if again else ""}, (file,))


def _rejection(form: Form, verdict: str) -> str:
    """The reason a form rejects for; empty where it accepts, or previews what accepting writes."""
    is_previewed = verdict == "preview" and bool(form.get("rejection"))
    if verdict == "reject" or is_previewed:
        return read_choice(form, "rejection", decision.REASONS)
    return ""


def _show(desk: Desk, form: Form) -> None:
    """Show on the desk what the form shows: the candidate, its passage, and what is ticked."""
    desk.show(form.get("item", ""))
    desk.show_passage(form.get("passage", ""))
    desk.tick({name.removeprefix(TOGETHER) for name in form if name.startswith(TOGETHER)})
    since = form.get("since", "")
    if since.isdecimal() and len(since) <= _MOST_DIGITS:
        desk.seconds = time() - int(since)


def _edit(desk: Desk, form: Form) -> None:
    """Change what the form says otherwise than the candidate; what cannot be so is refused, with its field."""
    typed = {name: read_field(form, name, needed=False) for name in ("relation", "to", "words")}
    nearer = read_field(form, "nearer", needed=False)
    typed["to"] = typed["to"] or nearer
    current = desk.current
    if current is None:
        return
    displayed = {
        "relation": current.relation,
        "to": key(current.ends[1]),
        "words": desk.quotation.words,
    }
    for name, value in typed.items():
        if not value or value == displayed[name]:
            continue
        try:
            desk.edit(name, value)
        except Pan2kgError as error:
            is_role = name == "relation" and current.is_part
            raise RefusedError("not-taken", field="role" if is_role else name, why=error) from None


FormAction = Callable[[Graph, Form, date], Outcome]
FORMS: Mapping[str, FormAction] = {
    "decision": decide_suggestion,
    "candidate": decide_candidate,
}
"""What each form does, by the value of its field ``form``."""


def submit(
    project: Project,
    store: Store,
    form: Form,
    today: date,
    *,
    language: Language = LANGUAGES[0],
    forms: Mapping[str, FormAction] = FORMS,
) -> Outcome:
    """Write down what a form holds, or say why not; nothing is ever written in part.

    ``store`` is what the form was filled in from; the files are read again before anything is
    written. The language is that of the texts typed, where the form does not say. ``forms`` are
    those the caller knows, with packages beside the core.
    """
    if project.data:
        return Outcome("read-only")
    try:
        action = forms[read_choice(form, "form", forms)]
        return action(Graph(project, store, language=language, as_of=today), form, today)
    except RefusedError as error:
        return error.outcome(language)
    except Pan2kgError as error:
        is_of_candidate = form.get("form") == "candidate"
        if isinstance(error, EndpointError | ProjectError) and not is_of_candidate:
            return Outcome("not-written", {"detail": str(error).rstrip(".")})
        return Outcome("not-taken", {"detail": error.say(language)})
