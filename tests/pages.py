"""One page of every type: those of which there is one a language, and an example of each of which there are many."""

from typing import Final

from pan2kg.site.registry import PAGES, SERIES

SINGLE: Final = tuple(PAGES)
EXAMPLES: Final = {
    "question": "shared-instruments",
    "network": "plan--lu-bhr-1",
    "figure": "gaps",
    "gap": "action-without-body",
    "definition": "linked-plan-pairs",
    "pair": "lu-bhr-1--lu-bhr-2",
    "plan": "lu-bhr-2",
    "brief": "lu-bhr-2",
    "changes": "lu-bhr-1--lu-bhr-2",
    "country": "lux",
    "action": "lu-bhr-2-4-3",
    "body": "maee",
    "instrument": "reg-2017-821",
    "part": "lu-cooperation-gender-2021-o1",
    "category": "lu-bhr-2-4",
    "provision": "lu-label-fairtrade-gemeng-1",
    "topic": "due-diligence",
    "group": "adolescents",
    "obligation": "luxembourg-dir-2014-24-transposition",
    "review": "lu-cooperation-report-2020",
    "recommendation": "un-bhr-working-group-2023-m1",
    "conflict": "category-of-ncp-action",
}
"""The key of an example, by the folder of its type of page."""

EVERY: Final = (*SINGLE, *(f"{series}/{key}" for series, key in EXAMPLES.items()))
"""A page of every type, by its address in a language without the ending."""

assert tuple(EXAMPLES) == tuple(SERIES), (
    "give the new type of page an example here, in the order of the registry"
)

SEARCHED: Final = {
    "PAN 1": "lu-bhr-1", "PAN2": "lu-bhr-2", "pan-2": "lu-bhr-2", "ODD 8": "sdg-8", "SDG 8": "sdg-8",
    "32017R0821": "reg-2017-821", "2017/821": "reg-2017-821", "MAEE": "maee", "P29": "ilo-p029",
    "lu-bhr-2-4-3": "lu-bhr-2-4-3", "32019L1937": "dir-2019-1937",
}  # fmt: skip
"""What is typed whole in the search, and the key of what it means."""
