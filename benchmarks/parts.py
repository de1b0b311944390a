"""How many parts of bodies in the shipped graph would be proposed, with their role, from the words they rest on."""

from __future__ import annotations

import sys
from collections import Counter

from pan2kg.extract.document import Document, DocumentBlock, laid
from pan2kg.extract.mentions import find_mentions
from pan2kg.extract.roles import keys, role_of
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.turtle.vocabulary import key

QUOTED = """
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
SELECT DISTINCT ?part ?work ?body ?quote (GROUP_CONCAT(DISTINCT STR(?role); separator=" ") AS ?roles)
WHERE {
    ?part a pan:Involvement ; pan:involves ?body ; pan:involvedIn ?work ; pan:role ?role .
    ?part pan:evidence/pan:quote ?quote .
}
GROUP BY ?part ?work ?body ?quote
"""


def main() -> None:
    """Search every quotation alone, as one paragraph, for its body and role, and print the counts."""
    graph = open_graph()
    counts: Counter[str] = Counter()
    proposed: Counter[tuple[str, bool]] = Counter()
    for _, work, body, quote, roles in graph.read(QUOTED):
        counts["quotations"] += 1
        outcome, role = _outcome(graph, (work, body), quote, {key(one) for one in roles.split()})
        counts[outcome] += 1
        if role:
            proposed[role, outcome == "right"] += 1
    for name, number in sorted(counts.items()):
        sys.stdout.write(f"{name}: {number}\n")
    for role in sorted({name for name, _ in proposed}):
        sys.stdout.write(f"  {role}: right {proposed[role, True]}, other {proposed[role, False]}\n")


def _outcome(graph: Graph, ends: tuple[str, str], quote: str, roles: set[str]) -> tuple[str, str]:
    """What became of a quotation, and the role proposed, the right one where several are."""
    plan = graph.names.things.get(graph.plan_of(ends[0]) or ends[0])
    document = Document(
        "quotation",
        "",
        "txt",
        None,
        laid([DocumentBlock(None, None, "paragraph", " ".join(quote.split()))]),
    )
    day, country = (plan.start, plan.country) if plan else (None, "")
    mentions = [
        one
        for one in find_mentions(document, graph.names, date=day, country=country)
        if one.kind == "body"
    ]
    own = [one for one in mentions if ends[1] in one.targets]
    if not own:
        return "body not named by a known name", ""
    found = {role.key for one in own if (role := role_of(document, one, mentions))}
    if found & roles:
        return "right", min(found & roles)
    if found:
        return "another role", min(found)
    return ("no role proposed" if roles & keys() else "no role proposed, one of no words"), ""


if __name__ == "__main__":
    main()
