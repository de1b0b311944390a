"""What the two pages on which something is entered have in common: whether one can write, and what was typed.

The pages of reviews and of scores include ``_form_state.html``, which is filled in with what
:func:`form_state` gives. The service hands them as arguments, under the names below, what only it
knows; it takes these names out of every address and form it is sent.
"""

import re
from typing import Literal

from pan2kg.i18n import Messages
from pan2kg.review import decision, fields, outcomes
from pan2kg.site.page import Option, PageContext

SESSION_SEAL = "form_token"
"""The secret of the session, which each form sends back; who has it can write."""
FAULT = "fault"
"""Why nothing was written, as a sentence."""
FAULT_FIELD = "fault_field"
"""The name of the field that is wrong."""
LAST_NAME = "signed"
"""The name under which something was entered last in the session."""
MEMBER_NAME = "known"
"""The name of who has signed in as one of the people of the service: no other can be typed."""
PREVIEW = "preview"
"""The lines that would be written."""
SERVICE_ONLY = frozenset((SESSION_SEAL, FAULT, FAULT_FIELD, LAST_NAME, MEMBER_NAME, PREVIEW))
"""The arguments that only the service hands to a page and no address can set."""
TYPED_PREFIX = "typed:"
"""How the fields begin that hand on, through the form of signing in, what was typed before it."""
_WRITTEN_FILE = re.compile(
    r"""
      graph/plans/[a-z0-9][a-z0-9-]*[-/] (?:reviewed|scores) \.ttl
    | work/[a-z0-9][a-z0-9-]*/ (?:journal|by-hand) \.jsonl
    """,
    re.VERBOSE,
)
"""A file that a form may have written: ``graph/plans/lu-bhr-2/reviewed.ttl``, ``work/lu-bhr-2/journal.jsonl``."""
_TONGUES = Messages("tongue")
_REVIEW = Messages("review")
_DESK = Messages("desk")

Access = Literal["open", "closed", "read-only", "static"]


def form_state(context: PageContext, page: str) -> dict[str, object]:
    """What both forms are filled in with; ``page`` is the file to which they are sent.

    The ``state`` is open where one can write, closed before one has signed in, read-only where a
    service takes nothing, and static in an export.
    """
    language = context.language
    arguments = context.arguments
    token = session_seal(context)
    fault = arguments.get(FAULT, "") if _is_writable(context) else ""
    return {
        "state": _access(context),
        "seal": token,
        "signed": arguments.get(LAST_NAME, "") if token else "",
        "known": bool(token and arguments.get(MEMBER_NAME)),
        "action": context.href(page),
        "fault": fault,
        # what was typed when a session ended goes through the form by which the next one begins
        "handed_on": _typed_fields(context) if fault and not token else [],
        "done": _last_outcome(context) if _is_writable(context) else "",
        "tongues": [Option(tag, _TONGUES.say(tag, language)) for tag in fields.TONGUES],
        "limits": fields.LIMITS,
        "called": lambda name: _REVIEW.say(f"field.{name}", language),
        "desk_says": lambda name, **filled: _DESK.say(name, language, **filled),
        "reasons": decision.REASONS,
    }


def session_seal(context: PageContext) -> str:
    """The secret of the session of who asks for a page; empty where that one cannot write."""
    return context.arguments.get(SESSION_SEAL, "") if _is_writable(context) else ""


def _is_writable(context: PageContext) -> bool:
    return context.is_served and context.site_context.is_writable


def _access(context: PageContext) -> Access:
    if session_seal(context):
        return "open"
    if not context.is_served:
        return "static"
    return "closed" if context.site_context.is_writable else "read-only"


def _typed_fields(context: PageContext) -> list[tuple[str, str]]:
    """The names and values of the fields that hand on what was typed."""
    fields_typed = []
    for name, text in context.arguments.items():
        if name not in SERVICE_ONLY:
            fields_typed.append((f"{TYPED_PREFIX}{name}", text))
    return fields_typed


def _last_outcome(context: PageContext) -> str:
    """What was written last, by the address the service sent the reader to; nothing where that was made up."""
    arguments = context.arguments
    code = arguments.get("written", "")
    files = arguments.get("files", "")
    if code not in outcomes.DONE or not all(map(_WRITTEN_FILE.fullmatch, files.split(" "))):
        return ""
    outcome = outcomes.sentence(code, {"files": files.replace(" ", ", ")})
    sentence = outcome.say(context.language)
    if arguments.get("shown") == "no":
        return f"{sentence} {context.t('desk-not-shown')}"
    return sentence
