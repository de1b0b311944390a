"""What stands beside the statements of a thing: what is not known of it, and the picture of what is around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.charts.registry import draw_on
from pan2kg.site.template import markup
from pan2kg.tables.words import coded

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.graph.labels import Entry
    from pan2kg.site.speaker import Speaker


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap as a page shows it: what it is, the list of its kind, what it concerns beside, and in which respect."""

    words: str
    address: str
    other: Markup
    detail: str = ""


def gaps(speaker: Speaker, entry: Entry) -> list[Gap]:
    """What is not known of a thing, or not done about it.

    The page of a plan leaves out what its actions lack: that stands beside each action.
    """
    found = [*_general(speaker, entry)] if entry.kind == "action" else []
    for lack in speaker.library.lacks.get(entry.iri, ()):
        other = speaker.library.index.entry(lack.other) if lack.other else None
        if entry.kind == "plan" and other and other.kind == "action":
            continue
        own = entry.kind == "action" and other is not None and other.kind == "plan"
        found.append(
            Gap(
                coded("gap", lack.kind).say(speaker.request.language),
                speaker.href(f"gap/{lack.kind}.html"),
                speaker.link(lack.other) if other and not own else markup(""),
                lack.detail.say(speaker.request.language) if lack.detail else "",
            )
        )
    return found


def _general(speaker: Speaker, entry: Entry) -> list[Gap]:
    """What is said of an action in general: whether anything was recorded of it, and whether it is linked."""
    library, found = speaker.library, []
    if not library.has_actions or entry.iri not in library.material("fr").home_of:
        return []
    if entry.iri not in library.recorded:
        found.append(Gap(speaker.t("gap-unread"), "", markup("")))
    if entry.iri not in library.linked:
        plan = library.index.entry(library.material("fr").home_of[entry.iri])
        anchor = f"#{plan.key}" if plan else ""
        found.append(Gap(speaker.t("gap-unlinked"), speaker.href(f"unlinked.html{anchor}"), markup("")))
    return found


def ego(speaker: Speaker, entry: Entry) -> Markup:
    """The picture of what is around an action; empty where it rests on no text and cites nothing."""
    library = speaker.library
    if not library.has_actions or entry.iri not in library.drawable & library.material("fr").home_of.keys():
        return markup("")
    ground = speaker.library.ground(speaker.request.language, speaker.picture_address)
    return markup(draw_on(ground, "ego", action=entry.iri).svg)
