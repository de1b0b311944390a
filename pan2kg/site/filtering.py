"""The choice of plans and links on a page: how it is read from the address, and which plans it leaves.

For pages without a server the values needed to choose in the browser are written into the page.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal

from pan2kg.graph.links import DECLARED, INFERRED
from pan2kg.i18n.catalogue import Messages, format_of
from pan2kg.site.choice import ASKED, EVIDENCE, Choice, read_choice
from pan2kg.site.page import embedded
from pan2kg.turtle.vocabulary import ID, PAN

if TYPE_CHECKING:
    from markupsafe import Markup

    from pan2kg.site.page_context import PageContext
    from pan2kg.site.site_context import SiteContext

_PAGE: Final = Messages("page")


_COMPLETE: Final = f"{ID}completeness/complete"


def chosen(context: PageContext) -> Choice:
    """The choice in the address of a page."""
    index = context.graph.labels
    keys = {kind: {entry.key: entry.iri for entry in index.of_kind(kind)} for kind in ("topic", "body")}
    return read_choice(context.request.arguments, topics=keys["topic"], bodies=keys["body"])


def every_plan(site_context: SiteContext) -> list[str]:
    """All plans, in the order of the graph; reviews and the like are none."""
    return [plan.iri for plan in site_context.graph.uses.plans if plan.is_plan]


def known(site_context: SiteContext, kind: Literal["topic", "body"]) -> list[str]:
    """The topics or bodies of ours that some plan can be chosen by, in a stable order."""
    facts = (site_context.facts[plan] for plan in every_plan(site_context))
    found = {iri for one in facts for iri in (one.topics if kind == "topic" else one.bodies)}
    return [entry.iri for entry in site_context.graph.labels.of_kind(kind) if entry.iri in found]


def shown_plans(site_context: SiteContext, choice: Choice) -> list[str]:
    """The plans a choice leaves."""
    return [plan for plan in every_plan(site_context) if choice.admits(site_context.facts[plan])]


def is_whole(site_context: SiteContext, plan: str) -> bool:
    """Whether the list of actions of a plan was read to its end."""
    return site_context.graph.statements.one(plan, f"{PAN}listCompleteness") == _COMPLETE


TYPES: Final = (*DECLARED, *INFERRED)
WORDS: Final = (
    "number-linked", "number-apart", "number-unlinked", "cell", "cell-none", "matrix-empty", "matrix-absent",
    "matrix-whole",
)  # fmt: skip


def filtering(context: PageContext, limit: int | None) -> Markup:
    """Plans with what they can be chosen by, and the links of each pair by kind, as JSON for the page."""
    site_context = context.site_context
    plans = every_plan(site_context)
    place = {plan: at for at, plan in enumerate(plans)}
    topics, bodies = known(site_context, "topic"), known(site_context, "body")
    actions = _actions(site_context)
    return embedded({
        "limit": limit,
        "asked": ASKED,
        "types": TYPES,
        "declared": len(DECLARED),
        "evidence": {word: [TYPES.index(kind) for kind in kinds] for word, kinds in EVIDENCE.items()},
        "topics": [context.key(topic) for topic in topics],
        "bodies": [context.key(body) for body in bodies],
        "plans": [
            {
                "key": context.key(plan),
                **({} if plan == f"{ID}plan/{context.key(plan)}" else {"iri": plan}),
                "head": context.short(plan),
                "row": context.link(plan),
                "topics": [at for at, topic in enumerate(topics) if topic in site_context.facts[plan].topics],
                "bodies": [at for at, body in enumerate(bodies) if body in site_context.facts[plan].bodies],
                "years": [site_context.facts[plan].since, site_context.facts[plan].until],
                "actions": sorted(actions.get(plan, Counter()).items()),
            }
            for plan in plans
        ],
        "pairs": [
            [place[one], place[two], *(counter[kind] for kind in TYPES)]
            for (one, two), counter in site_context.graph.ties.counts(TYPES).items()
            if one in place and two in place
        ],
        "ids": f"{ID}plan/",
        "words": {
            **{key: _PAGE.template(key, context.request.language) for key in WORDS},
            "colon": format_of("colon", context.request.language),
        },
    })  # fmt: skip


def _actions(site_context: SiteContext) -> dict[str, Counter[int]]:
    """How many actions of each plan have links of which kinds, the kinds as the bits of a number."""
    bits: Counter[str] = Counter()
    for at, kind in enumerate(TYPES):
        bits.update(dict.fromkeys(site_context.graph.ties.linked((kind,)), 1 << at))
    found: dict[str, Counter[int]] = {}
    for action, plan in site_context.graph.home_of.items():
        found.setdefault(plan, Counter())[bits[action]] += 1
    return found
