"""The home page: where do our plans meet, and where not? Four numbers, the matrix, the lanes.

The lanes of a plan: what it rests on and meets, as a picture, and as a list for screens too small for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pan2kg.charts.raster import picture_bytes
from pan2kg.charts.registry import draw_on
from pan2kg.graph.graph import HOME
from pan2kg.site.choice import ASKED, Choice
from pan2kg.site.filtering import chosen, shown_plans
from pan2kg.site.matrix import FIRST, matrix
from pan2kg.site.page import CSV, SVG, File, View
from pan2kg.store.store import plain
from pan2kg.tables.template import markup

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.charts.frame import Picture
    from pan2kg.site.library import Library
    from pan2kg.site.page import Values
    from pan2kg.site.speaker import Speaker


def lanes_keys(library: Library) -> Iterable[str]:
    """The plans whose lanes are files of their own: the one the home page shows."""
    return [HOME] if library.graph.labels.find("plan", HOME) else []


@dataclass(frozen=True, slots=True)
class Lane:
    """A plan or one of its actions: the texts it rests on and the plans it leads to, each with its evidence."""

    work: str
    texts: tuple[tuple[str, str], ...]
    plans: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """The picture, the same as a list, and the files it can be saved as."""

    picture: Markup
    every: tuple[Lane, ...]
    downloads: tuple[tuple[str, str], ...]


def lanes(speaker: Speaker, plan: str) -> Lanes | None:
    """The lanes of the plan with this key; None where the graph does not have it."""
    if not speaker.graph.labels.find("plan", plan):
        return None
    picture = _picture(speaker, plan)
    files = ((speaker.href(f"lanes/{plan}.{ending}"), ending.upper()) for ending in ("csv", "svg"))
    return Lanes(markup(picture.svg), tuple(_as_list(picture)), tuple(files))


def _picture(speaker: Speaker, plan: str) -> Picture:
    return draw_on(speaker.library.subject(speaker.request.language, speaker.picture_address), "lanes", plan=plan)


def _as_list(picture: Picture) -> Iterable[Lane]:
    """The rows of the picture's table by the thing in the middle, in the order of its things."""
    at = {name: place for place, name in enumerate(picture.table.columns)}
    texts: dict[str, list[tuple[str, str]]] = {}
    plans: dict[str, list[tuple[str, str]]] = {}
    for row in picture.table.rows:
        one, two, basis = (plain(row[at[name]]) for name in ("from", "to", "basis"))
        work, other, into = (two, one, texts) if "/action/" not in one and "/plan/" not in one else (one, two, plans)
        texts.setdefault(work, [])
        if other:
            into.setdefault(work, []).append((other, basis))
    for work in sorted(texts, key=lambda iri: ("/action/" in iri, iri)):
        yield Lane(work, tuple(texts[work]), tuple(dict.fromkeys(plans.get(work, []))))


def lanes_csv(speaker: Speaker) -> bytes | None:
    """The table behind the picture."""
    return _saved(speaker, ".csv")


def lanes_svg(speaker: Speaker) -> bytes | None:
    """The picture as a file of its own."""
    return _saved(speaker, ".svg")


def _saved(speaker: Speaker, suffix: str) -> bytes | None:
    plan = speaker.request.key
    return picture_bytes(_picture(speaker, plan), suffix) if speaker.graph.labels.find("plan", plan) else None


@dataclass(frozen=True, slots=True)
class Numbers:
    """The four numbers: pairs linked, pairs without a link, actions without a link, divergences; and of how many.

    ``divergences`` is None where nobody has scored an interaction yet.
    """

    linked: int
    pairs: int
    unlinked_actions: int
    actions: int
    divergences: int | None


def values(speaker: Speaker) -> Values:
    """What the home page shows."""
    choice = chosen(speaker)
    return {
        "title": speaker.t("home-title"),
        **matrix(speaker, limit=FIRST),
        "numbers": numbers(speaker.library, choice, shown_plans(speaker.library, choice)),
        "handed": speaker.chosen(*ASKED),
        "lanes": lanes(speaker, HOME),
    }


def whole(speaker: Speaker) -> Values:
    """The page with the matrix of all plans that have a link."""
    return {"title": speaker.t("matrix-title"), **matrix(speaker, limit=None)}


def numbers(library: Library, choice: Choice, plans: Sequence[str]) -> Numbers:
    """The four numbers for the plans shown."""
    shown = set(plans)
    counts = [pair for pair in library.graph.ties.counts(choice.kinds) if set(pair) <= shown]
    linked = library.graph.ties.linked(choice.kinds)
    graph = library.graph.spoken("fr")
    actions = [action for action, plan in graph.home_of.items() if plan in shown]
    return Numbers(
        linked=len(counts),
        pairs=len(plans) * (len(plans) - 1) // 2,
        unlinked_actions=sum(action not in linked for action in actions),
        actions=len(actions),
        divergences=library.divergences if graph.scores else None,
    )


PAGES: Final = (
    View("index", values, template="home.html", section="index", menu=1),
    View("matrix", whole, section="index"),
)
FILES: Final = (
    File("lanes", "csv", CSV, lanes_csv, lanes_keys),
    File("lanes", "svg", SVG, lanes_svg, lanes_keys),
)
