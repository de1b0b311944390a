"""The choice of plans and links on a page: how it is read from the address, and which plans it leaves.

For pages without a server the values needed to choose in the browser are written into the page.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal

from pan2kg.coherence.evidence import FIGURED, HEADLINE, Level
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.site.choice import ASKED, BEFORE, Choice, read_choice
from pan2kg.site.page import embedded
from pan2kg.store.queries import program_query

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext

_PAGE: Final = Messages("page")
_FIGURE: Final = Messages("figure")


def chosen(context: PageContext) -> Choice:
    """The choice in the address of a page."""
    index = context.graph.labels
    keys = {kind: {entry.key: entry.iri for entry in index.of_kind(kind)} for kind in ("topic", "body")}
    return read_choice(context.request.arguments, topics=keys["topic"], bodies=keys["body"])


def every_plan(site_context: SiteContext) -> list[str]:
    """All plans, in the order of the graph; reviews and the like are none."""
    return [plan.iri for plan in site_context.graph.uses.plans if plan.is_plan]


def known(site_context: SiteContext, kind: Literal["topic", "body"]) -> list[str]:
    """The topics or bodies of ours that two plans or more have, in a stable order: of one alone there is no matrix."""
    facts = (site_context.facts[plan] for plan in every_plan(site_context))
    found = Counter(iri for one in facts for iri in (one.topics if kind == "topic" else one.bodies))
    return [entry.iri for entry in site_context.graph.labels.of_kind(kind) if found[entry.iri] > 1]


def shown_plans(site_context: SiteContext, choice: Choice) -> list[str]:
    """The plans a choice leaves."""
    return [plan for plan in every_plan(site_context) if choice.admits(site_context.facts[plan])]


def is_foreign(site_context: SiteContext, plan: str) -> bool:
    """Whether a plan is known to be of another country than the project's: those of its own stand first."""
    found = site_context.graph.tables.dates.get(plan)
    return found is not None and found.country not in {"", site_context.graph.profile.country}


def is_whole(site_context: SiteContext, plan: str) -> bool:
    """Whether the list of actions of a plan was read to its end."""
    graph = site_context.graph
    return plan in site_context.once(
        "whole lists", lambda: {iri for (iri,) in graph.read(program_query("site/whole-lists"))}
    )


def read(site_context: SiteContext) -> frozenset[str]:
    """The plans read in full for texts and references: only between two of them is a link known not to be."""
    return site_context.once("read", lambda: site_context.graph.known().read_plans())


WORDS: Final = (
    "number-linked", "number-apart", "number-unlinked", "cell-cites", "cell-cited", "cell-both", "cell-shares",
    "cell-together", "cell-none", "cell-no", "matrix-empty", "matrix-absent", "matrix-whole",
)  # fmt: skip


def filtering(context: PageContext, limit: int | None) -> Markup:
    """Plans with what they can be chosen by, and for each linked pair its levels and weights, as JSON for the page.

    Levels are numbers from 1, the firmest, 0 where there is none. A pair is ``[one, two, linked since, cites, cited,
    bits at each level]``; of actions the page is told how many are linked since which level.
    """
    site_context = context.site_context
    plans, full = every_plan(site_context), read(site_context)
    place, start = {plan: at for at, plan in enumerate(plans)}, f"{site_context.graph.profile.space}id/plan/"
    topics, bodies = known(site_context, "topic"), known(site_context, "body")
    actions = _actions(site_context)
    linked = {plan for met in site_context.graph.meetings for plan in met.plans}
    levels = {one.key: int(one) for one in FIGURED} | {word: int(one) for word, one in BEFORE.items()}
    return embedded({
        "limit": limit,
        "asked": ASKED,
        "headline": int(HEADLINE),
        "levels": levels,
        "before": {word: one.key for word, one in BEFORE.items()} | {HEADLINE.key: ""},
        "keys": [one.key for one in FIGURED],
        "topics": [context.key(topic) for topic in topics],
        "bodies": [context.key(body) for body in bodies],
        "plans": [
            {
                "key": context.key(plan),
                **({} if plan == f"{start}{context.key(plan)}" else {"iri": plan}),
                **({"full": 1} if plan in full else {}),
                **({"foreign": 1} if is_foreign(site_context, plan) else {}),
                **(_head(context, plan) if plan in linked else {}),
                "row": context.link(plan),
                "topics": [at for at, topic in enumerate(topics) if topic in site_context.facts[plan].topics],
                "bodies": [at for at, body in enumerate(bodies) if body in site_context.facts[plan].bodies],
                "years": [site_context.facts[plan].since, site_context.facts[plan].until],
                "actions": sorted(actions.get(plan, Counter()).items()),
            }
            for plan in plans
        ],
        "pairs": [
            [
                place[met.plans[0]], place[met.plans[1]], met.level, met.cites or 0, met.cited or 0,
                *(round(bits, 6) for bits in met.bits),
            ]
            for met in site_context.graph.meetings
        ],
        "ids": start,
        "words": {
            **{key: _PAGE.template(key, context.request.language) for key in WORDS},
            "bits-counted": _FIGURE.template("bits-counted", context.request.language),
            "colon": format_of("colon", context.request.language),
        },
    })  # fmt: skip


def _head(context: PageContext, plan: str) -> dict[str, str]:
    """What heads the column of a plan where that is not what its row begins with."""
    return {} if context.graph.labels.brief(plan, context.request.data).whole else {"head": context.short(plan)}


def _actions(site_context: SiteContext) -> dict[str, Counter[int]]:
    """How many actions of each plan are linked since which level, 0 for those without a link seen."""
    linked: dict[str, Level] = dict(site_context.graph.linked_actions)
    found: dict[str, Counter[int]] = {}
    for action, plan in site_context.graph.tables.works.home.items():
        found.setdefault(plan, Counter())[int(linked.get(action, 0))] += 1
    return found
