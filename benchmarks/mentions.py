"""How well and how fast what a text names is found: labelled sentences, known links, and bytes a second.

    python benchmarks/mentions.py [SENTENCES]

Sentences are those of ``tests/extract/sentences.jsonl``, set by set. A known link is one the graph
states of a plan or an action and a text or a plan, with a quotation; how many of them are found in
their own quotation is a lower bound, since many quotations do not name what the link is to.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pan2kg.extract.mentions import celex_of, find_mentions
from pan2kg.extract.names import Mention, NamesInTexts
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


NUMBERED = ("eu-act", "national-act", "ilo", "ungp", "sdg", "un", "bill")
"""The kinds that are cited by a number or a date of their own."""


@dataclass
class Score:
    """Counts of a group: labels, mentions, and how many are the same words and the same thing."""

    labels: int = 0
    mentions: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.mentions if self.mentions else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labels if self.labels else 1.0


def read_sentences(path: Path) -> list[dict[str, Any]]:
    """The labelled sentences of a file, one JSON object a line.

    Each has ``id``, ``text`` and ``mentions`` with ``start``, ``end``, ``surface`` and ``id``: a
    key or an IRI of the graph, an identifier (``celex:32014L0024``), or the key of a plan without
    its edition where the words do not say it; ``country``, ``set`` and ``source`` may be there too.
    """
    sentences: list[dict[str, Any]] = [
        json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()
    ]
    for sentence in sentences:
        for label in sentence["mentions"]:
            if sentence["text"][label["start"] : label["end"]] != label["surface"]:
                raise ValueError(sentence["id"], label["surface"])
    return sentences


def scores(
    sentences: list[dict[str, Any]], names: NamesInTexts, country: str = ""
) -> tuple[dict[str, Score], list[str]]:
    """The score of each group – ``all``, ``numbered``, ``empty`` sentences and each kind –, and every miss.

    Bodies count only where a label is of one.
    """
    figures: dict[str, Score] = defaultdict(Score)
    misses: list[str] = []
    bodies = any(
        kind_of_label(label, names) == "body" for line in sentences for label in line["mentions"]
    )
    for sentence in sentences:
        labels = sentence["mentions"]
        found = find_mentions(sentence["text"], names, country=sentence.get("country") or country)
        mentions = [mention for mention in found if bodies or mention.kind != "body"]
        pairs = [
            next(
                (
                    label
                    for label in labels
                    if (label["start"], label["end"]) == (mention.start, mention.end)
                    and is_same(mention.target, label["id"], names)
                ),
                None,
            )
            for mention in mentions
        ]
        figures["empty"].mentions += len(mentions) if not labels else 0
        for label in labels:
            for group in groups_of(kind_of_label(label, names)):
                figures[group].labels += 1
            if label not in pairs:
                misses.append(f"{sentence['id']}: missed {label['surface']} ({label['id']})")
        for mention, pair in zip(mentions, pairs, strict=True):
            # a mention that is right, or names the same in other words, is of the kind of its label
            near = [
                label
                for label in labels
                if mention.start < label["end"]
                and label["start"] < mention.end
                and is_same(mention.target, label["id"], names)
            ]
            label = pair or next(iter(near), None)
            for group in groups_of(
                kind_of_label(label, names) if label else kind_of_mention(mention)
            ):
                figures[group].mentions += 1
                figures[group].right += pair is not None
            if pair is None:
                misses.append(
                    f"{sentence['id']}: not labelled {mention.surface} ({mention.target})"
                )
    return figures, misses


def groups_of(kind: str) -> list[str]:
    return ["all", kind, *(["numbered"] if kind in NUMBERED else [])]


def is_same(target: str, wanted: str, names: NamesInTexts) -> bool:
    """Whether a target is what a label says, by IRI, key, identifier, or the key of a plan without its edition."""
    thing = names.things.get(target)
    other = names.identified(wanted)
    if target == wanted:
        return True
    if thing is None:
        return bool(celex_of(target)) and wanted == f"celex:{celex_of(target)}"
    return thing.family == wanted if other is None else other.iri == target


def kind_of_mention(mention: Mention) -> str:
    is_name = mention.rule in ("name", "definition", "short-form") and mention.kind not in (
        "plan",
        "body",
    )
    return "name" if is_name else mention.kind


def kind_of_label(label: dict[str, Any], names: NamesInTexts) -> str:
    """The kind of a label: as a mention’s, told by its id and by whether its words have a number."""
    thing = names.identified(label["id"])
    surface = label["surface"]
    known = thing.key if thing else label["id"]
    if thing and thing.kind in ("plan", "body"):
        return thing.kind
    if "/sdg/" in label["id"] or known.startswith("sdg"):
        return "sdg"
    for start, kind in (("celex:", "eu-act"), ("ilo", "ilo"), ("ungp-", "ungp"), ("unscr", "un")):
        if known.startswith(start) and re.search(r"\d", surface):
            return kind
    if thing and celex_of(thing.iri) and re.search(r"\d/\d|\d{5}", surface):
        return "eu-act"
    if thing is None and ":" in label["id"]:
        return "bill" if ":pl:" in label["id"] else "national-act"
    if thing and thing.type == "bill":
        return "bill"
    if thing and thing.country and re.search(r"\d{4}$", surface):
        return "national-act"
    return "plan" if thing is None else "name"


def main() -> None:
    """Print each figure on a line, and every miss of other sentences named on the command line."""
    graph = open_graph()
    names = graph.names
    sentences = read_sentences(Path(sys.argv[1]) if len(sys.argv) > 1 else SENTENCES)
    for part in (*sorted({line.get("set", "") for line in sentences} - {""}), ""):
        chosen = [line for line in sentences if part in ("", line.get("set", ""))]
        figures, misses = scores(chosen, names, country="lu" if len(sys.argv) > 1 else "")
        for group in ("numbered", "all"):
            score = figures[group]
            say(
                f"{part or 'together'}, {group}",
                f"{score.labels} labels, P {score.precision:.3f}, R {score.recall:.3f}",
            )
        empty = sum(not line["mentions"] for line in chosen)
        say(
            f"{part or 'together'}, without a mention",
            f"{empty} sentences, found {figures['empty'].mentions}",
        )
    sys.stdout.write("".join(f"  {miss}\n" for miss in misses))
    say("known links found in their quotation", known_links(graph))
    text = "\n\n".join(sorted({quote for _, _, quote in graph.read(LINKS)})) * 3
    begun = time.process_time()
    find_mentions(text, names, country="lu")
    say("kB a second", f"{len(text.encode()) / 1000 / (time.process_time() - begun):.0f}")


def known_links(graph: Graph) -> str:
    """How many links are found in the words they rest on, of how many."""
    names = graph.names
    found = 0
    wanted = 0
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
