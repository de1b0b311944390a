"""How well mentions are found: labelled sentences are the gate, and a file that holds none is refused with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from pan2kg.errors import OutlineError
from pan2kg.extract.evaluation import Sentence, evaluate, read_sentences
from pan2kg.extract.mentions import find_mentions
from pan2kg.extract.names import Mention, Names, Thing
from pan2kg.graph.graph import Graph
from tests.conftest import ROOT, lack

SENTENCES: Final = Path(__file__).with_name("sentences.jsonl")
OTHERS: Final = ROOT.parent / "shared" / "mentions-dev.jsonl"


def test_the_labelled_sentences_are_found_as_well_as_promised(graph: Graph) -> None:
    sentences = read_sentences(SENTENCES)
    made = evaluate(sentences, lambda one: find_mentions(one.text, graph.names, country=one.country), graph.names)
    told = "\n".join(["", *map(str, made.misses)])
    numbered, everything = made.scores["numbered"], made.scores["all"]
    assert len(sentences) >= 150
    assert made.empty >= 60
    assert made.in_empty == 0, told
    assert (numbered.precision >= 0.99, numbered.recall >= 0.97) == (True, True), told
    assert (everything.precision >= 0.97, everything.recall >= 0.90) == (True, True), told


def test_sentences_name_only_what_is_labelled_with_known_ids(graph: Graph) -> None:
    families = {one.family for one in graph.names.things.values()}
    ids = {label.id for one in read_sentences(SENTENCES) for label in one.labels}
    assert not [one for one in ids if ":" not in one and one not in families and not graph.names.identified(one)]


def test_every_real_sentence_is_a_quotation_of_the_graph(graph: Graph) -> None:
    query = "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT ?quote WHERE { ?passage pan:quote ?quote }"
    quotations = {row["quote"] for row in graph.sparql(query).rows}
    lines = [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]
    assert not [one["id"] for one in lines if one["source"] != "invented" and one["text"] not in quotations]


def test_numbers_in_sentences_others_labelled_are_found(graph: Graph) -> None:
    if not OTHERS.exists():
        lack("the sentences others labelled are not beside the clone")
    sentences = read_sentences(OTHERS)
    kept = [one for one in sentences if all(label.id.startswith(("celex:", "lu:")) for label in one.labels)]
    made = evaluate(kept, lambda one: find_mentions(one.text, graph.names, country="lu"), graph.names)
    assert made.scores["kind:eu-act"].precision >= 0.99
    assert made.scores["kind:eu-act"].recall >= 0.97


NAMES: Final = Names({"i": Thing("i", "ungp", "instrument"), "b": Thing("b", "adem", "body")})
LINE: Final = {"id": "x", "lang": "en", "text": "the UNGP", "mentions": []}


def file_of(folder: Path, *lines: object) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), "utf-8")
    return path


def test_a_miss_and_a_wrong_mention_are_both_told(tmp_path: Path) -> None:
    label = {"start": 4, "end": 8, "surface": "UNGP", "id": "ungp"}
    (sentence,) = read_sentences(file_of(tmp_path, LINE | {"mentions": [label]}))
    wrong = Mention(0, 3, "the", "j", "instrument", "name")
    made = evaluate([sentence], lambda _: [wrong], NAMES)
    assert [(one.surface, one.wanted, one.found) for one in made.misses] == [("UNGP", "ungp", ""), ("the", "", "j")]
    right = evaluate([sentence], lambda _: [Mention(0, 8, "the UNGP", "i", "instrument", "name")], NAMES)
    assert (right.scores["all"].recall, right.scores["all"].lenient_recall) == (0.0, 1.0)


def test_bodies_count_only_where_some_are_labelled() -> None:
    sentence = Sentence("x", "en", "ADEM", ())
    body = Mention(0, 4, "ADEM", "b", "body", "name")
    assert evaluate([sentence], lambda _: [body], NAMES).in_empty == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "labelled sentence"), ("[]", "labelled sentence"), ("{}", "labelled sentence"),
        (LINE | {"mentions": [{"start": 0, "end": 4, "surface": "UNGP", "id": "ungp"}]}, "UNGP"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_labelled_sentence_is_refused_with_its_number(
    tmp_path: Path, line: object, words: str
) -> None:
    with pytest.raises(OutlineError, match=words) as caught:
        read_sentences(file_of(tmp_path, LINE, line))
    assert caught.value.place is not None
    assert caught.value.place.line == 2
