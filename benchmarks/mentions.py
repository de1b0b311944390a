"""How well and how fast what a text names is found: labelled sentences, known links, and bytes a second.

    python benchmarks/mentions.py

Sentences are those of ``tests/extract/sentences.jsonl``, set by set. A known link is one the graph states of a plan or
an action and a text or a plan, with a quotation; how many of them are found in their own quotation is a lower bound,
since many quotations do not name what the link is to.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pan2kg.extract.evaluation import evaluate, read_sentences
from pan2kg.extract.mentions import find_mentions
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.turtle.vocabulary import key

SENTENCES = Path(__file__).resolve().parents[1] / "tests" / "extract" / "sentences.jsonl"
LINKS = """
PREFIX linkstatus: <https://w3id.org/pan2kg/id/linkstatus/>
PREFIX linktype: <https://w3id.org/pan2kg/id/linktype/>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
SELECT DISTINCT ?from ?to ?quote WHERE {
    ?link pan:status linkstatus:accepted ; pan:linkType ?type ; pan:from ?from ; pan:to ?to ; pan:evidence ?passage .
    ?passage pan:quote ?quote FILTER(?type != linktype:instrument-relation)
} ORDER BY ?from ?to ?quote
"""

PROVISIONS = """
PREFIX eli: <http://data.europa.eu/eli/ontology#>
SELECT ?one ?of WHERE { ?one eli:is_part_of ?of } ORDER BY ?one ?of
"""
"""A provision that is named stands for the text it is part of, as everywhere in figures."""


def main() -> None:
    """Print each figure on a line."""
    graph = open_graph()
    names = graph.names
    sentences = read_sentences(SENTENCES)
    for part in (*sorted({one.part for one in sentences}), ""):
        chosen = [one for one in sentences if part in ("", one.part)]
        made = evaluate(chosen, lambda one: find_mentions(one.text, names, country=one.country), names)
        for group in ("numbered", "all"):
            score = made.scores[group]
            say(
                f"{part or 'together'}, {group}",
                f"{score.labels} labels, P {score.precision:.3f}, R {score.recall:.3f}",
            )
        say(f"{part or 'together'}, without a mention", f"{made.empty} sentences, found {made.in_empty}")
    say("known links found in their quotation", known_links(graph))
    text = "\n\n".join(sorted({quote for _, _, quote in graph.read(LINKS)})) * 3
    begun = time.process_time()
    find_mentions(text, names, country="lu")
    say("kB a second", f"{len(text.encode()) / 1000 / (time.process_time() - begun):.0f}")


def known_links(graph: Graph) -> str:
    """How many links are found in the words they rest on, of how many."""
    names, found, wanted = graph.names, 0, 0
    whole = {row[0]: row[1] for row in graph.read(PROVISIONS)}
    for start, end, quote in graph.read(LINKS):
        thing = names.things.get(end)
        if thing is None:
            continue
        mentions = find_mentions(quote, names, country=country_of(start))
        named = {iri for one in mentions for iri in (*one.targets, *one.choices)}
        wanted += 1
        found += end in {whole.get(iri, iri) for iri in named} or thing.family in {
            names.things[iri].family for iri in named if iri in names.things
        }
    return f"{found} of {wanted}"


def country_of(work: str) -> str:
    """The country of a plan, a review or what stands in it: its key begins with it; Luxembourg's where it does not."""
    first = key(work).partition("-")[0]
    return first if len(first) == len("lu") and first not in ("un", "eu") else "lu"


def say(what: str, figure: str) -> None:
    """One line of the report."""
    sys.stdout.write(f"{what:50} {figure}\n")


if __name__ == "__main__":
    main()
