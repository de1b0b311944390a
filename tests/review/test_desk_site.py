"""The site the desk is drawn over: kept after decisions on candidates, made anew after everything else."""

from __future__ import annotations

from itertools import count
from typing import Any, cast

from pan2kg.server.pages import RefreshedSite
from pan2kg.server.protocol import ServedRelease


class Counted:
    """A state of the data that a test changes."""

    number = 0

    def __str__(self) -> str:
        return str(self.number)


def test_the_desk_goes_on_with_its_site_after_its_own_decisions_alone() -> None:
    release, made = Counted(), count()
    # the numbers stand for sites, in the order in which they are made
    site: Any = RefreshedSite(cast("Any", made.__next__), cast("ServedRelease", release))

    def decided() -> None:
        release.number += 1

    assert (site.desk(), site.site()) == (0, 0)
    site.change(decided)
    assert (site.desk(), site.site()) == (0, 1), "other pages show the decision"
    site.change(decided)
    assert site.desk() == 0
    decided()  # somebody else has changed the data
    assert (site.desk(), site.site()) == (2, 2)
    site.change(decided)
    decided()
    assert site.desk() == 3
