"""What a document suggests as links: each with its words, its relation and its reason, and never what is decided."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from pan2kg.extract.document import Document, DocumentBlock, laid
from pan2kg.extract.names import Mention, Thing
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.review.candidates import relation_of, search
from pan2kg.review.decision import Candidate
from pan2kg.review.work import CANDIDATES, keep, read_candidates, read_kept
from pan2kg.turtle.vocabulary import link_iri
from tests.copies import FEW, copy

ID: Final = "https://w3id.org/pan2kg/id/"
PLAN: Final = ID + "plan/lu-bhr-2"
DILIGENCE: Final = ID + "action/lu-bhr-2-4-1"
ELI: Final = "http://data.europa.eu/eli/"


def document_of(*texts: tuple[str, str]) -> Document:
    blocks = [DocumentBlock(7, "5", kind, text, 2 if kind == "heading" else 0) for kind, text in texts]  # type: ignore[arg-type]
    return Document("plan.pdf", "0" * 64, "pdf", 9, laid(blocks))


def proposed(graph: Graph, document: Document, plan: str) -> tuple[Candidate, ...]:
    return search(graph, document, plan).candidates


def title_of(graph: Graph, action: str) -> str:
    return graph.label(action, "fr")


def test_the_section_of_an_action_is_its_own_and_the_rest_is_the_plan_s(with_texts: Graph) -> None:
    title = title_of(with_texts, DILIGENCE)
    document = document_of(
        ("paragraph", "Le plan contribue aux Objectifs de développement durable."),
        ("heading", title),
        ("paragraph", "Il s’agit de transposer la directive 92/43/CEE. Elle protège les habitats."),
    )
    made = proposed(with_texts, document, PLAN)
    found = {(one.ends[0], one.relation, one.ends[1]) for one in made}
    assert (PLAN, "contributes-to", ID + "instrument/un-sdg") in found
    assert (DILIGENCE, "supports-transposition-of", ELI + "dir/1992/43/oj") in found
    (one,) = [one for one in made if one.ends[0] == DILIGENCE]
    (passage,) = one.quotations
    assert passage.words == "Il s’agit de transposer la directive 92/43/CEE."
    assert document.text[passage.start : passage.end] == passage.words
    assert (passage.page, passage.label, passage.path) == (7, "5", (title,))
    assert passage.prefix.endswith("\n\n")
    assert passage.suffix.startswith(" Elle protège")
    link = link_iri("uses-instrument", DILIGENCE, one.ends[1], relation=one.relation)
    assert link.endswith(f"/{one.key}")
    assert "transposer" in getattr(one.reason, "say", str)("fr")


def test_what_was_rejected_comes_back_only_with_new_words(tmp_path: Path) -> None:
    folder = copy(tmp_path / "few", FEW, all_else=True)
    words = "Le plan cite le règlement (UE) 2018/848."
    link = f"{ID}link/0123456789abcdef"
    (folder / "graph" / "plans" / "lu-bhr-2" / "reviewed.ttl").write_text(
        "@prefix linkstatus: <https://w3id.org/pan2kg/id/linkstatus/> .\n"
        "@prefix linktype: <https://w3id.org/pan2kg/id/linktype/> .\n"
        "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n\n"
        f"<{link}> a pan:Link ;\n    pan:linkType linktype:uses-instrument ;\n    pan:from <{PLAN}> ;\n"
        f"    pan:to <{ELI}reg/2018/848/oj> ;\n    pan:status linkstatus:rejected ;\n"
        f"    pan:evidence <{ID}passage/x> .\n\n"
        f'<{ID}passage/x> a pan:Passage ;\n    pan:quote "{words}"@fr .\n',
        "utf-8",
    )
    graph = open_graph(folder, language="fr")
    assert search(graph, document_of(("paragraph", words)), PLAN).skipped == {"rejected": 1}
    (one,) = proposed(graph, document_of(("paragraph", "Mettre en œuvre le règlement (UE) 2018/848.")), PLAN)
    assert [getattr(remark, "key", "") for remark in one.remarks] == ["rejected-before"]


def test_a_body_without_a_role_and_the_plan_itself_are_no_candidates(with_texts: Graph) -> None:
    text = "Le règlement (UE) 2018/848 est cité. Un autre paragraphe cite le règlement (UE) 2018/848 aussi."
    (one,) = proposed(with_texts, document_of(("paragraph", text)), PLAN)
    assert [passage.words[-5:] for passage in one.quotations] == ["cité.", "ussi."], "one has all passages of a target"
    words = "Le PAN 2 cite un avis. La Commission consultative des Droits de l’Homme s’en félicite."
    made = search(with_texts, document_of(("paragraph", words)), PLAN)
    assert made.candidates == ()
    assert made.skipped == {"body": 1}


def test_a_choice_is_worth_less_than_a_name(with_texts: Graph) -> None:
    (one,) = proposed(with_texts, document_of(("paragraph", "Une étude sur la loi du 23 juillet 2016.")), PLAN)
    assert one.choices
    assert 0 < (one.rank or 0) < 0.5
    assert "note-several" in [getattr(remark, "key", "") for remark in one.remarks]


def test_since_leaves_out_what_is_older(with_texts: Graph) -> None:
    text = "Vu la loi du 8 avril 2018. Vu la loi du 16 mai 2023. Vu le règlement (CE) n° 1907/2006."
    remarks = {
        one.ends[1]: [getattr(remark, "key", "") for remark in one.remarks]
        for one in proposed(with_texts, document_of(("paragraph", text)), PLAN)
    }
    assert remarks["http://data.legilux.public.lu/eli/etat/leg/loi/2023/05/16/a232"] == ["younger"]
    assert remarks[ELI + "reg/2006/1907/oj"] == ["not-in-graph"]
    text = text.rpartition(" Vu")[0]
    made = search(with_texts, document_of(("paragraph", text)), PLAN).since(with_texts, date(2020, 1, 1))
    assert [one.ends[1][-15:] for one in made.candidates] == ["2023/05/16/a232"]
    assert made.skipped == {"older": 1}


@pytest.mark.parametrize(
    ("before", "relation"),
    [
        ("cite", "references"), ("en ligne avec", "aligned-with"), ("is based on", "based-on"),
        ("étudie la possibilité de ratifier", "considers-ratifying"), ("Umsetzung von", "implements"),
        ("promouvoir", "promotes"), ("im Einklang mit", "aligned-with"),
        ("prépare la mise en œuvre de", "prepares-implementation-of"), ("Promote this. Also", "references"),
    ],
)  # fmt: skip
def test_the_words_before_a_mention_propose_the_relation(before: str, relation: str) -> None:
    text = f"On {before} X"
    mention = Mention(len(text) - 1, len(text), "X", "i", "instrument", "name")
    assert relation_of(text, mention, Thing("i", "x", "instrument"), None)[1] == relation


def test_what_is_kept_is_read_again_and_written_alike(tmp_path: Path) -> None:
    graph = open_graph(copy(tmp_path / "few", FEW, all_else=True), language="fr")
    document = document_of(("paragraph", "Vu la directive 92/43/CEE. Ce plan s’appuie sur le PAN 1."))
    made = search(graph, document, PLAN)
    folder = keep(graph.project, "lu-bhr-2", document, made.mentions, made.candidates)
    read = list(read_candidates(folder / CANDIDATES, graph.project, PLAN))
    assert [(one.key, one.ends, one.type, one.relation) for one in read] == [
        (one.key, one.ends, one.type, one.relation) for one in made.candidates
    ]
    assert [one.quotations[0].page for one in read] == [7, 7]
    assert [one.remarks for one in read] == [one.remarks for one in made.candidates]
    assert read_kept(graph.project, "lu-bhr-2") == document
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    keep(graph.project, "lu-bhr-2", document, made.mentions, made.candidates)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(before) == ["candidates.jsonl", "document.json", "mentions.jsonl"]
