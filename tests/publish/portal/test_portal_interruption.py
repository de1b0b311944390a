"""Wherever a push breaks off, the next one ends where an undisturbed one would have ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pan2kg.publish.portal.client import PortalError

if TYPE_CHECKING:
    from tests.publish.portal.conftest import Pusher, SampleRelease
    from tests.publish.portal.portal_server import Json, Portal

FIRST: Final = 12
"""The calls of a first push: the look-up, the dataset, a file and its description four times, a link, a look back."""
UPDATE: Final = 8
CUTS: Final = ("drop-before", "drop-midway", "drop-after")


def undisturbed(pusher: Pusher, portal: Portal, change: bool) -> tuple[list[Json], int]:  # noqa: FBT001
    """The state after a push, or after one more with a change, and the calls the last took."""
    pusher.push()
    if change:
        alter(pusher.folder)
        portal.forget()
        pusher.push()
    return portal.state(), len(portal.calls)


def alter(folder: SampleRelease) -> None:
    """Other content of two files, another title, and a description."""
    folder.files["tables/plans.csv"] += "https://example.org/b,b\r\n"
    folder.files["dumps/graph.nq"] *= 2
    folder.write()
    folder.edit('"Graphe des plans"', '"Graphe de cohérence"')


@pytest.fixture
def wanted(request: pytest.FixtureRequest, another_portal: Portal, tmp_path: Path, pusher: Pusher) -> list[Json]:
    """What an undisturbed push leaves."""
    model = type(pusher)(another_portal, type(pusher.folder)(tmp_path / "model"), pusher.scratch, pusher.key)
    model.folder.write()
    state, calls = undisturbed(model, another_portal, "update" in request.node.name)
    assert calls == (UPDATE if "update" in request.node.name else FIRST)
    return state


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("number", range(1, FIRST + 1))
def test_a_first_push_that_dies_at_any_call_is_completed_by_the_next(
    number: int, cut: str, pusher: Pusher, portal: Portal, wanted: list[Json]
) -> None:
    portal.dead_from = (number, cut)
    with pytest.raises(PortalError, match="push again: it goes on where it stopped"):
        pusher.push()
    portal.forget()
    assert not pusher.push().remaining
    assert portal.state() == wanted


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("number", range(1, UPDATE + 1))
def test_an_update_that_dies_at_any_call_is_completed_by_the_next(
    number: int, cut: str, pusher: Pusher, portal: Portal, wanted: list[Json]
) -> None:
    pusher.push()
    alter(pusher.folder)
    identifiers = ids(portal)
    portal.forget()
    portal.dead_from = (number, cut)
    with pytest.raises(PortalError, match="push again: it goes on where it stopped"):
        pusher.push()
    portal.forget()
    assert not pusher.push().remaining
    assert portal.state() == wanted
    assert ids(portal) == identifiers


@pytest.mark.parametrize("kind", [*CUTS, "500", "503", "429"])
@pytest.mark.parametrize("number", range(1, FIRST + 1))
def test_a_passing_fault_at_any_call_is_got_over_within_the_push(
    number: int, kind: str, pusher: Pusher, portal: Portal, wanted: list[Json]
) -> None:
    portal.fail(number, kind)
    assert not pusher.push().remaining
    assert portal.state() == wanted
    assert 2.0 in pusher.ticker.slept


@pytest.mark.parametrize("number", range(2, FIRST))
def test_a_change_of_the_release_after_a_break_is_pushed_too(number: int, pusher: Pusher, portal: Portal) -> None:
    portal.dead_from = (number, "drop-after")
    with pytest.raises(PortalError):
        pusher.push()
    alter(pusher.folder)
    portal.forget()
    assert not pusher.push().remaining
    (dataset,) = portal.datasets.values()
    assert len(dataset["resources"]) == 5
    assert len(set(ids(portal))) == 6


def ids(portal: Portal) -> list[str]:
    """The identifiers of everything on the portal."""
    return [*portal.datasets, *(one["id"] for held in portal.datasets.values() for one in held["resources"])]
