"""The home page: where the plans meet and where they do not, in four numbers, a matrix and a drawing of lanes.

The lanes show what a plan rests on and which plans it meets; on screens too small for the drawing they are a list.
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
    from pan2kg.site.page import Values
    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext


def lanes_keys(site_context: SiteContext) -> Iterable[str]:
    """The plans whose lanes are files of their own: the one the home page shows."""
    return [HOME] if site_context.graph.labels.find("plan", HOME) else []


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


def lanes(context: PageContext, plan: str) -> Lanes | None:
    """The lanes of the plan with this key; None where the graph does not have it."""
    if not context.graph.labels.find("plan", plan):
        return None
    picture = _picture(context, plan)
    files = ((context.href(f"lanes/{plan}.{ending}"), ending.upper()) for ending in ("csv", "svg"))
    return Lanes(markup(picture.svg), tuple(_as_list(picture)), tuple(files))


def _picture(context: PageContext, plan: str) -> Picture:
    return draw_on(context.site_context.subject(context.request.language, context.picture_address), "lanes", plan=plan)


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


def lanes_csv(context: PageContext) -> bytes | None:
    """The table behind the picture."""
    return _saved(context, ".csv")


def lanes_svg(context: PageContext) -> bytes | None:
    """The picture as a file of its own."""
    return _saved(context, ".svg")


def _saved(context: PageContext, suffix: str) -> bytes | None:
    plan = context.request.key
    return picture_bytes(_picture(context, plan), suffix) if context.graph.labels.find("plan", plan) else None


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


def values(context: PageContext) -> Values:
    """What the home page shows."""
    choice = chosen(context)
    return {
        "title": context.t("home-title"),
        **matrix(context, limit=FIRST),
        "numbers": numbers(context.site_context, choice, shown_plans(context.site_context, choice)),
        "handed": context.chosen(*ASKED),
        "lanes": lanes(context, HOME),
    }


def whole(context: PageContext) -> Values:
    """The page with the matrix of all plans that have a link."""
    return {"title": context.t("matrix-title"), **matrix(context, limit=None)}


def numbers(site_context: SiteContext, choice: Choice, plans: Sequence[str]) -> Numbers:
    """The four numbers for the plans shown."""
    shown = set(plans)
    counts = [pair for pair in site_context.graph.ties.counts(choice.kinds) if set(pair) <= shown]
    linked = site_context.graph.ties.linked(choice.kinds)
    graph = site_context.graph.spoken("fr")
    actions = [action for action, plan in graph.home_of.items() if plan in shown]
    return Numbers(
        linked=len(counts),
        pairs=len(plans) * (len(plans) - 1) // 2,
        unlinked_actions=sum(action not in linked for action in actions),
        actions=len(actions),
        divergences=site_context.divergences if graph.scores else None,
    )


PAGES: Final = (
    View("index", values, template="home.html", section="index", menu=1),
    View("matrix", whole, section="index"),
)
FILES: Final = (
    File("lanes", "csv", CSV, lanes_csv, lanes_keys),
    File("lanes", "svg", SVG, lanes_svg, lanes_keys),
)
