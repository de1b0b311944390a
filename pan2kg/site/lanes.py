"""The lanes of a plan: what it rests on and meets, as a picture, and as a list for screens too small for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pan2kg.charts.raster import picture_bytes
from pan2kg.charts.registry import draw_on
from pan2kg.store.store import plain
from pan2kg.tables.material import HOME
from pan2kg.tables.template import markup

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.charts.frame import Picture
    from pan2kg.site.library import Library
    from pan2kg.site.speaker import Speaker


def keys(library: Library) -> Iterable[str]:
    """The plans whose lanes are files of their own: the one the home page shows."""
    return [HOME] if library.index.find("plan", HOME) else []


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
    if not speaker.library.index.find("plan", plan):
        return None
    picture = _picture(speaker, plan)
    files = ((speaker.href(f"lanes/{plan}.{ending}"), ending.upper()) for ending in ("csv", "svg"))
    return Lanes(markup(picture.svg), tuple(_listed(picture)), tuple(files))


def _picture(speaker: Speaker, plan: str) -> Picture:
    return draw_on(speaker.library.ground(speaker.request.language, speaker.picture_address), "lanes", plan=plan)


def _listed(picture: Picture) -> Iterable[Lane]:
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


def csv(speaker: Speaker) -> bytes | None:
    """The table behind the picture."""
    return _file(speaker, ".csv")


def svg(speaker: Speaker) -> bytes | None:
    """The picture as a file of its own."""
    return _file(speaker, ".svg")


def _file(speaker: Speaker, suffix: str) -> bytes | None:
    plan = speaker.request.key
    return picture_bytes(_picture(speaker, plan), suffix) if speaker.library.index.find("plan", plan) else None
