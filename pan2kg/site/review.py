"""What the pages share on which something can be written down: whether it can, and what came of the last attempt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pan2kg.review.entry import DONE, called, sentence
from pan2kg.review.entry_entry import LANGUAGES, LIMITS

if TYPE_CHECKING:
    from pan2kg.site.speaker import Speaker

SEAL: Final = "form_token"
"""The argument by which the service hands a page the secret of the session; no address can set it."""
FAULT: Final = "fault"
"""The argument by which the service hands a page why nothing was written."""
SIGNED: Final = "signed"
"""The argument by which the service hands a page the name used last in the session."""
RESERVED: Final = frozenset((SEAL, FAULT, SIGNED))
TONGUES: Final[Mapping[str, str]] = {"fr": "Français", "en": "English", "de": "Deutsch", "lb": "Lëtzebuergesch"}
"""The languages somebody may write or quote in, in their own words."""

_FILE: Final = re.compile(r"graph/plans/[a-z0-9][a-z0-9-]*/(?:reviewed|scores)\.ttl")


def desk(speaker: Speaker, page: str) -> dict[str, object]:
    """What the template of the forms needs: state, notices, secret, and the name that was signed with before.

    The state is ``open`` for who has signed in, ``closed`` for who has not, ``read-only`` where the service does not
    write, and ``static`` where there is no service.
    """
    library, given = speaker.library, speaker.request.arguments
    writable = library.mode == "served" and library.writable
    seal = given.get(SEAL, "") if writable else ""
    return {
        "state": ("open" if seal else "closed") if writable else "static" if library.mode == "static" else "read-only",
        "seal": seal,
        "signed": given.get(SIGNED, "") if seal else "",
        "action": speaker.href(page),
        "fault": given.get(FAULT, "") if writable else "",
        "done": _done(speaker) if writable else "",
        "tongues": [(tag, TONGUES[tag]) for tag in LANGUAGES],
        "limits": LIMITS,
        "called": lambda name: called(name).say(speaker.request.language),
    }


def _done(speaker: Speaker) -> str:
    """What was written last, by the address the service sent the reader to; nothing where the address was made up."""
    code, files = speaker.request.arguments.get("written", ""), speaker.request.arguments.get("files", "")
    if code not in DONE or not all(_FILE.fullmatch(file) for file in files.split(" ")):
        return ""
    said = sentence(code, {"files": files.replace(" ", ", ")}).say(speaker.request.language)
    return said if speaker.request.arguments.get("shown") != "no" else f"{said} {speaker.t('desk-not-shown')}"
