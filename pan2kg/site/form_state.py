"""What the forms of both pages of review share: whether this service writes, who has signed in, what came of a form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pan2kg.i18n.catalogue import Messages
from pan2kg.review.entry import DONE, LIMITS, TONGUES, called, sentence

if TYPE_CHECKING:
    from pan2kg.site.page_context import PageContext

_TONGUES: Final = Messages("tongue")

SEAL: Final = "form_token"
"""The argument by which the service hands a page the secret of the session; no address can set it."""
FAULT: Final = "fault"
"""The argument by which the service hands a page why nothing was written."""
SIGNED: Final = "signed"
"""The argument by which the service hands a page the name used last in the session."""
KNOWN: Final = "known"
"""The argument by which the service hands a page the name of who has signed in, which is not to be typed."""
FIELD: Final = "fault_field"
"""The argument by which the service says at which field it went wrong."""
PREVIEW: Final = "preview"
"""The argument by which the service hands a page the lines that would be written."""
RESERVED: Final = frozenset((SEAL, FAULT, SIGNED, KNOWN, FIELD, PREVIEW))
TYPED: Final = "typed:"
"""How the fields begin by which what was typed outlives a session that has ended."""

_FILE: Final = re.compile(
    r"graph/plans/[a-z0-9][a-z0-9-]*/(?:reviewed|scores)\.ttl|work/[a-z0-9][a-z0-9-]*/(?:journal|by-hand)\.jsonl"
)


def form_state(context: PageContext, page: str) -> dict[str, object]:
    """What the template of the forms needs: state, notices, secret, and the name that was signed with before.

    The state is ``open`` for who has signed in, ``closed`` for who has not, ``read-only`` where the service does not
    write, and ``static`` where there is no service.
    """
    site_context, given = context.site_context, context.request.arguments
    writable = site_context.mode == "served" and site_context.writable
    seal = given.get(SEAL, "") if writable else ""
    return {
        "state": ("open" if seal else "closed")
        if writable
        else "static"
        if site_context.mode == "static"
        else "read-only",
        "seal": seal,
        "signed": given.get(SIGNED, "") if seal else "",
        "known": bool(seal and given.get(KNOWN)),
        "action": context.href(page),
        "fault": given.get(FAULT, "") if writable else "",
        "kept": [(f"{TYPED}{name}", value) for name, value in given.items() if name not in RESERVED]
        if writable and not seal and given.get(FAULT)
        else [],
        "done": _done(context) if writable else "",
        "tongues": [(tag, _TONGUES.say(tag, context.request.language)) for tag in TONGUES],
        "limits": LIMITS,
        "called": lambda name: called(name).say(context.request.language),
    }


def _done(context: PageContext) -> str:
    """What was written last, by the address the service sent the reader to; nothing where the address was made up."""
    code, files = context.request.arguments.get("written", ""), context.request.arguments.get("files", "")
    if code not in DONE or not all(_FILE.fullmatch(file) for file in files.split(" ")):
        return ""
    said = sentence(code, {"files": files.replace(" ", ", ")}).say(context.request.language)
    return said if context.request.arguments.get("shown") != "no" else f"{said} {context.t('desk-not-shown')}"
