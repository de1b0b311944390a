"""Where quoted words stand in the text of their document: exactly there, or nowhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pan2kg.extract.document import AROUND, READER, Document, DocumentBlock, Folded, Quotation, canonical, find, laid
from pan2kg.project import Project
from pan2kg.review.add import anchor
from pan2kg.turtle.vocabulary import thing
from tests.conftest import Cli
from tests.copies import FEW, copy

DOCUMENT = thing("document", "mae-gouvernement-lu-fr-pan-2")
DAY = date(2026, 5, 4)
LINKS = "graph/plans/lu-bhr-2/links.ttl"


def document(*paragraphs: str, pages: bool = False) -> Document:
    blocks = [
        DocumentBlock(number if pages else None, str(number + 4) if pages else None, "paragraph", canonical(words))
        for number, words in enumerate(paragraphs, start=1)
    ]
    return Document("plan.txt", "a" * 64, "txt", len(paragraphs) if pages else None, laid(blocks))


def at(found: Quotation | int, of: Document) -> str:
    assert isinstance(found, Quotation), found
    return of.text[found.start : found.end]


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("l'Etat s'engage", "l’Etat s’engage"),
        ("l’Etat  s’engage\nà co\u00adopérer", "l’Etat s’engage à coopérer"),
        ("non‑discrimination", "non-discrimination"),
        ("l’Etat … coopérer", "l’Etat s’engage à coopérer"),
        ("s’engage à coopérer. Former", "s’engage à coopérer.\n\nFormer"),
    ],
)
def test_words_are_found_whatever_their_apostrophes_hyphens_and_spaces(words: str, stands: str) -> None:
    text = document("Ici l’Etat s’engage à coopérer.", "Former à la non-discrimination.")
    assert at(find(Folded(text), Quotation(words)), text) == stands


@pytest.mark.parametrize("words", ["l’Etat s’engagé", "Etat s’engag", "coopérer … l’Etat", "Former les juges", "…"])
def test_what_is_only_similar_or_part_of_a_word_is_not_found(words: str) -> None:
    assert find(Folded(document("Ici l’Etat s’engage à coopérer.", "Former.")), Quotation(words)) == 0


PARAGRAPHS = st.lists(st.text("aé’ -", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=5)


@given(PARAGRAPHS, st.data())
def test_what_is_found_says_what_was_quoted_and_what_stands_around_it(
    paragraphs: list[str], data: st.DataObject
) -> None:
    text = document(*paragraphs)
    start = data.draw(st.integers(0, len(text.text) - 1))
    end = data.draw(st.integers(start + 1, len(text.text)))
    found = find(Folded(text), Quotation(text.text[start:end]))
    if isinstance(found, Quotation):
        assert canonical(text.text[found.start : found.end]) == canonical(text.text[start:end])
        assert text.text[: found.start].endswith(found.prefix)
        assert text.text[found.end :].startswith(found.suffix)
        assert max(len(found.prefix), len(found.suffix)) <= AROUND
        again = Quotation(text.text[start:end], prefix=found.prefix, suffix=found.suffix)
        assert find(Folded(text), again) == found


def test_words_that_stand_twice_are_told_apart_by_what_is_around_or_by_the_page() -> None:
    text = document("1. Former les juges", "2. Former les juges", "3. Former les juges", pages=True)
    within = Folded(text)
    assert find(within, Quotation("Former les juges")) == 3
    assert find(within, Quotation("Former les juges", prefix="9. ")) == 0
    second = find(within, Quotation("Former les juges", prefix="2. "))
    assert isinstance(second, Quotation)
    assert (second.page, text.text[second.start - 3 : second.start]) == (2, "2. ")
    assert find(within, Quotation("Former les juges", label="7")) == find(
        within, Quotation("Former les juges", prefix="3. ")
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.at(copy(tmp_path / "copy", FEW))


def test_a_document_that_changed_is_anchored_anew_and_the_rest_is_said(project: Project) -> None:
    text = document("1.1. Communiquer et sensibiliser", "2.2. Créer des formations sur la diligence raisonnable")
    made = anchor(project, text, DOCUMENT, DAY)
    subject = thing("passage", "lu-bhr-2-1-1-lu-bhr-1-m3-6b7dc8")
    assert at(made.anchors[subject], text) == "Communiquer et sensibiliser"
    new = next(one for one in made.files if one.name == LINKS)
    assert '    pan:start 5 ;\n    pan:end 32 ;\n    pan:readerVersion "1" ;\n' in new.new
    assert '    pan:suffix "\\n\\n2.2. Créer des formations sur " ;\n' in new.new
    orphans = {subject.rpartition("/")[2]: nearest for subject, *_, nearest in made.orphans}
    assert orphans["lu-bhr-2-2-2-lu-bhr-1-m4-lu-bhr-2-2-2"] == text.blocks[1].text
    assert made.share == 1.0
    for one in made.files:
        one.path.write_text(one.new, encoding="utf-8")
    assert anchor(project, text, DOCUMENT, date(2026, 6, 1)).files == (), "what is anchored stays as it is"


def test_every_quotation_of_the_list_of_pan_2_is_anchored_in_the_form_of_web_annotations(project: Project) -> None:
    """The rule gives each the selectors of the model; its words are those between its positions."""
    store, rule = ox.Store(), (project.queries / "rules" / "15-web-annotation.rq").read_text(encoding="utf-8")
    for path in (project.graph / "plans" / "lu-bhr-2").glob("*.ttl"):
        store.load(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    head = "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT (COUNT(?p) AS ?n)"

    def count(more: str) -> str:
        found = store.query(f"{head} WHERE {{ ?p pan:inDocument <{DOCUMENT}> {more} }}")
        assert isinstance(found, ox.QuerySolutions)
        return str(next(iter(found))["n"].value)

    assert count("") == count("; pan:start ?start") == "22"
    triples = store.query(rule)
    assert isinstance(triples, ox.QueryTriples)
    said = [(one.subject.value, one.predicate.value.rpartition("#")[2], one.object.value) for one in triples]
    passage = thing("passage", "lu-bhr-2-1-1-lu-bhr-1-m3-6b7dc8")
    assert {(name, value) for subject, name, value in said if subject == f"{passage}#words"} == {
        ("type", "http://www.w3.org/ns/oa#TextQuoteSelector"), ("exact", "Communiquer et sensibiliser"),
        ("prefix", "cation et sensibilisation\n\n1.1. "), ("suffix", "\n\nCatégorie 2 – Formations, leço"),
    }  # fmt: skip
    assert len({subject for subject, name, _ in said if name == "start"}) == 22


def test_the_command_lists_orphans_and_counts_what_is_quoted(project: Project, cli: Cli) -> None:
    file = project.root / "plan.txt"
    file.write_text("1.1. Communiquer et sensibiliser\n", encoding="utf-8")
    before = (project.root / LINKS).read_bytes()
    arguments = ("anchor", "plan.txt", "--document", "mae-gouvernement-lu-fr-pan-2", "--language", "en")
    shown = cli(*arguments, "--dry-run", cwd=project.root)
    assert (shown.returncode, (project.root / LINKS).read_bytes()) == (1, before)
    assert "1 passage of mae-gouvernement-lu-fr-pan-2 located" in shown.stderr
    assert "lu-bhr-2-4-4-reg-2024-3015 is not in this text: “travail forcé”." in shown.stderr
    assert "Quotations make up 100 % of mae-gouvernement-lu-fr-pan-2, more than 10 %" in shown.stderr
    assert f'pan:readerVersion "{READER}"' in (project.root / LINKS).read_text(encoding="utf-8")
