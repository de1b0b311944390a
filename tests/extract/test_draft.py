"""The draft of a plan: house-style Turtle that says what is printed and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, Literal, Namespace, URIRef

from pan2kg.errors import OutlineError
from pan2kg.extract.draft import draft_plan, item_keys
from pan2kg.extract.outline import read_outline, read_outline_file
from pan2kg.project import Project
from pan2kg.turtle.vocabulary import PAN, thing
from pan2kg.turtle.writer import read_prefixes

TERMS = Namespace(PAN)
PREFIXES = read_prefixes(Project.at(Path(__file__).parents[2]))
SAMPLES = sorted((Path(__file__).parents[1] / "data" / "outlines").glob("*.txt"))
SEED = next(path for path in SAMPLES if path.name == "lu-bhr-2.fr.txt")


def draft(path: Path) -> str:
    """The draft of a sample plan."""
    outline = read_outline_file(path, language="lb" if path.stem.startswith("lb-") else None)
    return draft_plan(outline, PREFIXES, plan="xx-sample-1", source_name=str(path))


def keys(text: str) -> list[str]:
    """The keys of the actions of a text, in its order."""
    outline = read_outline(text)
    found = item_keys(outline)
    return [found[item.line] for item in outline.actions]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_draft_holds_every_category_and_action_once(path: Path) -> None:
    outline = read_outline_file(path)
    graph = Graph().parse(data=draft(path), format="turtle")
    assert len(set(graph.subjects(RDF.type, TERMS.Action))) == len(outline.actions)
    assert len(set(graph.subjects(RDF.type, TERMS.Category))) == len(outline.categories)
    for kind, items in ((TERMS.Action, outline.actions), (TERMS.Category, outline.categories)):
        labels = sorted(str(graph.value(one, SKOS.prefLabel)) for one in graph.subjects(RDF.type, kind))
        assert labels == sorted(item.title for item in items)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_draft_is_in_the_house_style(path: Path) -> None:
    text = draft(path)
    declared = re.findall(r"^@prefix ([\w-]+):", text, re.MULTILINE)
    assert declared == sorted(declared)
    assert text.endswith(" .\n")
    assert "\n\n\n" not in text
    subjects = re.findall(r"^(\S+) a \S+ ;$", text, re.MULTILINE)
    assert len(subjects) == len(set(subjects))
    assert not re.search(r"_:|\[|\(\)", re.sub(r'"[^"\n]*"', '""', text))


def test_an_action_of_pan_2_says_where_it_stands() -> None:
    text = draft_plan(read_outline_file(SEED), PREFIXES, plan="lu-bhr-2", source_name="pan2.fr.txt")
    title = "Préparation de la mise en œuvre à Luxembourg du règlement européen sur les minerais de conflit"
    block = text[text.index("action:lu-bhr-2-4-3 ") :].split("\n\n")[0]
    assert block.splitlines() == [
        "action:lu-bhr-2-4-3 a pan:Action ;",
        '    skos:notation "4.3" ;',
        '    dcterms:identifier "lu-bhr-2-4-3" ;',
        f'    skos:prefLabel "{title}"@fr ;',
        "    pan:inPlan plan:lu-bhr-2 ;",
        "    pan:inCategory category:lu-bhr-2-4 ;",
        "    dcterms:source document:lu-bhr-2-text ;",
        "    pan:certainty certainty:stated .",
    ]
    assert "# Catégorie 4 – Démarches législatives\n\ncategory:lu-bhr-2-4 a pan:Category ;\n" in text


def test_a_draft_names_the_file_without_its_folder() -> None:
    text = draft_plan(
        read_outline("1. Former", language="fr"), PREFIXES, plan="fr-bhr-1", source_name="/somewhere/plan.txt"
    )
    assert '"plan.txt"@fr' in text
    assert "/home" not in text
    assert text.count("pan:SourceGraph") == 1
    assert "<https://w3id.org/pan2kg/graph/plans/fr-bhr-1/plan> a pan:SourceGraph ;" in text


def test_what_the_list_does_not_say_is_absent() -> None:
    text = draft_plan(read_outline("1. Former", language="fr"), PREFIXES, plan="fr-bhr-1", source_name="plan.txt")
    graph = Graph().parse(data=text, format="turtle")
    plan = URIRef(thing("plan", "fr-bhr-1"))
    assert graph.value(plan, SKOS.prefLabel) is None
    assert not re.search(r"TODO|unknown|publisher|dcterms:date|pan:inCategory", text)


def test_quotes_and_backslashes_survive() -> None:
    outline = read_outline('1. Le "label" et le \\ signe', language="fr")
    text = draft_plan(outline, PREFIXES, plan="fr-bhr-1", source_name="plan.txt")
    graph = Graph().parse(data=text, format="turtle")
    assert Literal('Le "label" et le \\ signe', lang="fr") in set(graph.objects(None, SKOS.prefLabel))


def test_keys_come_from_the_printed_numbers() -> None:
    assert keys("1. Emploi\n1.1 Former\n1.2 Informer\n1.2bis. Lier") == ["1-1", "1-2", "1-2bis"]
    assert keys("Axe I : Emploi\nProposition n° 1 : Former\nAxe II : Eau\nProposition n° 2 : Lier") == ["1", "2"]


def test_restarted_numbers_take_the_number_of_the_heading() -> None:
    assert keys("Axe I : Emploi\nMesure 1 : Former\nAxe II : Eau\nMesure 1 : Lier") == ["i-1", "ii-1"]


def test_items_without_number_are_named_by_their_first_words() -> None:
    text = "Axe 1 : Emploi\n• Œuvrer à l’été\n• Former\nAxe 2 : Eau\n• Former"
    assert keys(text) == ["1-oeuvrer-a-l-ete", "1-former", "2-former"]
    assert keys("Axe 1 : Emploi\n• Œuvrer à l’été\n• Former") == ["oeuvrer-a-l-ete", "former"]


def test_a_number_used_twice_is_told_apart_by_the_title() -> None:
    assert keys("1. Emploi\n1.1 Former\n1.1 Informer\n2. Eau\n2.1 Lier") == ["1-1", "1-1-informer", "2-1"]


@pytest.mark.parametrize(
    "key", ["", "pan2", "LU-bhr-2", "lu-bhr", "lu_bhr_2", "lux-bhr-2", "lu-bhr-2/x", "lu-bhr-2 ", "lu-bhr--2"]
)
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(OutlineError, match="no key of a plan"):
        draft_plan(read_outline("1. Former", language="fr"), PREFIXES, plan=key, source_name="plan.txt")


@pytest.mark.parametrize("language", ["", "français", "fr en", "@fr"])
def test_a_language_that_is_none_is_refused(language: str) -> None:
    with pytest.raises(OutlineError, match="--language"):
        draft_plan(read_outline("1. Former", language=language), PREFIXES, plan="fr-bhr-1", source_name="plan.txt")
