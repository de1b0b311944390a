"""What changed from one edition to the next: nothing that was not read is told as dropped, titles only suggest."""

from __future__ import annotations

import re
from datetime import date

import pan2kg
from pan2kg.project import Project
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import Site
from tests.charts.test_gallery import SMALL, store_of
from tests.site.conftest import Reader

NEXT = """
link:e pan:linkType linktype:succession ; pan:status linkstatus:accepted ; pan:certainty certainty:stated ;
    pan:evidenceLevel evidencelevel:plan ; pan:from plan:q ; pan:to plan:p .
link:f pan:linkType linktype:succession ; pan:status linkstatus:accepted ; pan:certainty certainty:stated ;
    pan:evidenceLevel evidencelevel:plan ; pan:relation relation:continues ; pan:from action:q-1 ; pan:to action:p-1 .
"""
READ = """
reading:q a pan:Reading ; pan:readsWork plan:q ; pan:aspect aspect:references ; pan:extent readingextent:full .
plan:p pan:listCompleteness completeness:complete .
plan:q pan:listCompleteness completeness:complete .
"""


def page(turtle: str) -> str:
    made = pan2kg.Graph(Project.packaged(), store_of(SMALL + turtle), language="en", as_of=date(2024, 1, 1))
    return Reader(Site(SiteContext(made)))["en/changes/p--q.html"]


def test_an_action_is_dropped_only_where_the_later_edition_was_read_to_its_end() -> None:
    unread, read = page(NEXT), page(NEXT + READ)
    assert 'id="stated"' in unread
    assert 'id="dropped"' not in unread
    assert 'id="open-earlier"' in unread
    assert "no action can be called dropped or new" in unread
    assert 'id="dropped"' in read
    assert 'id="open-earlier"' not in read


def test_the_page_of_the_home_plan_leads_to_what_changed_and_suggests_only(reader: Reader) -> None:
    assert 'href="../changes/lu-bhr-1--lu-bhr-2.html"' in reader["fr/plan/lu-bhr-2.html"]
    made = reader["fr/changes/lu-bhr-1--lu-bhr-2.html"]
    assert "suggéré, à examiner" in made
    for key in ("dropped", "new", "stated"):
        assert f'id="{key}"' not in made
    # six accepted links say that an action of PAN 2 continues one of PAN 1, none of them of the type succession
    concluded = made.split('id="concluded"')[1].split("</table>")[0]
    assert re.search(r'data-number="changes-taken">4<.*énoncées par un document 0, conclues par la rédaction 4', made)
    for number in ("1.1", "2.2", "2.3", "2.4", "4.3"):
        assert f'class="notation">{number}<' in concluded
