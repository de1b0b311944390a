"""The first screen of the home page and of that of a country: findings, and a plan drawn among those it meets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pan2kg.charts import time_map
from pan2kg.charts.frame import Picture
from pan2kg.coherence import evidence, obligations
from pan2kg.coherence.standing import Standing
from pan2kg.site.page import Download, PageContext, SiteContext
from pan2kg.site.plan_choice import plan_sets

_NEIGHBOURS = 7
"""How many plans are drawn beside the one the page begins with."""


class OpeningFinding(NamedTuple):
    """A number with the words that follow it, and where it leads; ``name`` is that of the message."""

    name: str
    number: int
    address: str
    words: str


class LinkCounts(NamedTuple):
    """How many pairs of some plans are linked, of how many; and how many of their actions are not, of how many.

    ``read`` counts the pairs without a link of which both plans were read in full.
    """

    linked: int
    pairs: int
    read: int
    unlinked_actions: int
    actions: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first screen shows; without a plan it has findings only."""

    findings: Sequence[OpeningFinding]
    picture: Picture | None = None
    title: str = ""
    downloads: Sequence[Download] = ()


def opening(context: PageContext, plan: str | None, findings: Sequence[OpeningFinding]) -> Opening:
    """The first screen with these findings; before them stands one on the plan that is drawn."""
    if plan is None:
        return Opening(findings)
    reach = context.known.reach(plan)
    name = context.subject.brief(plan)
    key = context.key(plan)
    meets = f"{context.address(plan)}#meets"
    first = finding(
        context, "reach", reach.linked, meets, plan=name, cites=reach.cites, cited=reach.cited
    )
    downloads = []
    if context.is_served or key in exported_time_maps(context.site_context):
        file = context.href(f"time-map/{key}")
        downloads = [Download(f"{file}.csv", "CSV"), Download(f"{file}.svg", "SVG")]
    subject = context.subject_at(context.level)
    return Opening(
        [first, *findings],
        time_map.draw_plan_map(subject, key, _NEIGHBOURS, time_map.IN_PAGE),
        context.t("opening-title", plan=name),
        downloads,
    )


def finding(
    context: PageContext, name: str, number: int, address: str, **inserted: object
) -> OpeningFinding:
    """A finding by the name of its message, which is filled in with the number and what is ``inserted``."""
    words = context.t(f"finding-{name}", n=number, **inserted)
    return OpeningFinding(name, number, address, words)


def citations_expected(
    context: PageContext, number: int, states: Mapping[Standing, int], address: str
) -> OpeningFinding:
    """How many citations could be expected, of how many one was seen, and of how many it is missing or unread."""
    shown = (Standing.STATED, Standing.ABSENT, Standing.UNREAD)
    by_state = {state.value: states.get(state, 0) for state in shown}
    return finding(context, "expected", number, address, **by_state)


def shortcomings(
    context: PageContext, counts: LinkCounts, margins: Iterable[obligations.Margin]
) -> list[OpeningFinding]:
    """The actions without a link, and the duties past their date; nothing where nobody looked for any."""
    findings = []
    if counts.actions:
        address = context.href("unlinked.html")
        alone = counts.unlinked_actions
        findings.append(finding(context, "unlinked", alone, address, of=counts.actions))
    late = obligations.unanswered(margins)
    if late.looked_for:
        address = context.href("obligations.html")
        findings.append(finding(context, "overdue", late.number, address, of=late.looked_for))
    return findings


def link_counts(
    site_context: SiteContext, level: evidence.Level, plans: Sequence[str]
) -> LinkCounts:
    """How many links these plans and their actions have at a level."""
    graph = site_context.graph
    among = set(plans)
    plans_read = plan_sets(site_context).read & among
    linked = 0
    linked_read = 0
    for pair in graph.known(level).linked:
        linked += among.issuperset(pair)
        linked_read += plans_read.issuperset(pair)
    actions = [action for action, home in graph.tables.works.home.items() if home in among]
    unlinked = 0
    for action in actions:
        unlinked += not evidence.counts(graph.linked_actions.get(action), level)
    return LinkCounts(
        linked=linked,
        pairs=pairs_among(len(plans)),
        read=pairs_among(len(plans_read)) - linked_read,
        unlinked_actions=unlinked,
        actions=len(actions),
    )


def pairs_among(number: int) -> int:
    """How many pairs so many things make.

    >>> pairs_among(4)
    6
    """
    return number * (number - 1) // 2


def action_asking(context: PageContext) -> str:
    """Which action asks for coherence, in a sentence; empty where the project names none."""
    graph = context.graph
    action = graph.labels.label(graph.profile.coherence_action, context.language)
    home = graph.plan_of(graph.profile.coherence_action)
    if not action.notation or home is None:
        return ""
    return context.t(
        "home-asked", number=action.notation, plan=context.subject.brief(home), action=action.text
    )


def exported_time_maps(site_context: SiteContext) -> list[str]:
    """The key of the plan whose map in time an export has as files: that of the project."""
    home = site_context.graph.labels.entry(site_context.graph.profile.home_plan)
    return [home.key] if home and home.kind == "plan" else []
