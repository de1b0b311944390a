"""The draft of a plan: house-style Turtle that says what is printed, or nothing where that is unsure."""

import json
import re
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, Literal, Namespace, URIRef

from pan2kg.errors import OutlineError
from pan2kg.extract.draft import LIST, draft_blocks, item_keys, read_plan
from pan2kg.extract.outline import DraftPlan
from pan2kg.project import Project
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import PAN, thing
from pan2kg.turtle.writer import read_prefixes, write_turtle
from tests.conftest import ROOT, Cli
from tests.extract.test_hypotheses import HALVES, TEXT, TITLES
from tests.extract.test_lists import CASES, SAMPLES, listed

TERMS = Namespace(PAN)
PREFIXES = read_prefixes(Project.at(ROOT))
DOCUMENTS = ROOT / "tests" / "data" / "documents"
CHAPTERS = "".join(
    f"<h2>{title}</h2>{TEXT}"
    for title in ("Emploi des jeunes", "Santé publique", "Logement social")
)
BULLETS = "<ul><li>Former les juges du pays<li>Publier un rapport annuel</ul>"


def draft(plan: DraftPlan | None, key: str = "xx-sample-1") -> str:
    assert plan
    return write_turtle(draft_blocks(plan, PREFIXES, key=key), PREFIXES)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_draft_holds_every_category_and_action_once_in_the_house_style(path: Path) -> None:
    plan, _ = read_plan(path, level=LIST, language="lb" if path.stem.startswith("lb-") else None)
    assert plan
    text = draft(plan)
    graph = Graph().parse(data=text, format="turtle")
    for kind, items in ((TERMS.Action, plan.actions), (TERMS.Category, plan.categories)):
        labels = sorted(
            str(graph.value(item, SKOS.prefLabel)) for item in graph.subjects(RDF.type, kind)
        )
        assert labels == sorted(item.title for item in items)
    assert not read_turtle_file(text, "plan.ttl").faults
    subjects = re.findall(r"^(\S+) a \S+ ;$", text, re.MULTILINE)
    assert len(subjects) == len(set(subjects))


def test_an_action_of_pan_2_says_where_it_stands() -> None:
    text = draft(
        read_plan(next(path for path in SAMPLES if path.name == "lu-bhr-2.fr.txt"))[0], "lu-bhr-2"
    )
    title = "Préparation de la mise en œuvre à Luxembourg du règlement européen sur les minerais de conflit"
    assert text[text.index("action:lu-bhr-2-4-3 ") :].split("\n\n")[0].splitlines() == [
        "action:lu-bhr-2-4-3 a pan:Action ;",
        '    skos:notation "4.3" ;',
        '    dcterms:identifier "lu-bhr-2-4-3" ;',
        f'    skos:prefLabel "{title}"@fr ;',
        "    pan:inPlan plan:lu-bhr-2 ;",
        "    pan:inCategory category:lu-bhr-2-4 ;",
        "    dcterms:source document:lu-bhr-2-text ;",
        "    pan:certainty certainty:stated .",
    ]
    assert (
        "# Catégorie 4 – Démarches législatives\n\ncategory:lu-bhr-2-4 a pan:Category ;\n" in text
    )


def test_what_the_list_does_not_say_is_absent_and_what_it_says_survives(tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text('1. Le "label" et le \\ signe\n2. Former\n', "utf-8")
    text = draft(read_plan(tmp_path / "plan.txt", level=LIST, language="fr")[0], "fr-bhr-1")
    graph = Graph().parse(data=text, format="turtle")
    assert graph.value(URIRef(thing("plan", "fr-bhr-1")), SKOS.prefLabel) is None
    assert not re.search(r"TODO|unknown|publisher|dcterms:date|pan:inCategory", text)
    assert Literal('Le "label" et le \\ signe', lang="fr") in set(
        graph.objects(None, SKOS.prefLabel)
    )
    assert '"plan.txt"@fr' in text
    assert str(tmp_path) not in text
    assert "<https://w3id.org/pan2kg/graph/plans/fr-bhr-1> a pan:SourceGraph ;" in text


def test_keys_are_the_printed_numbers_and_words_where_those_do_not_tell() -> None:
    for text, wanted in CASES["keys"]:
        plan = listed(text)
        by_line = item_keys(plan)
        assert [by_line[action.line] for action in plan.actions] == wanted, text


def test_a_key_or_a_language_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.txt").write_text("1. Former\n2. Lier", "utf-8")
    keys = (
        "",
        "pan2",
        "LU-bhr-2",
        "lu-bhr",
        "lu_bhr_2",
        "lux-bhr-2",
        "lu-bhr-2/x",
        "lu-bhr-2 ",
        "lu-bhr--2",
    )
    cases = [(key, "fr", "no key of a plan") for key in keys]
    for key, language, words in (
        *cases,
        *(("fr-bhr-1", tag, "--language") for tag in ("français", "fr en", "@fr")),
    ):
        with pytest.raises(OutlineError, match=words):
            draft(read_plan(tmp_path / "plan.txt", level=LIST, language=language)[0], key)


# The command


def test_a_draft_has_numbers_indicators_and_their_passages_with_pages(
    cli: Cli, tmp_path: Path
) -> None:
    target = tmp_path / "a.ttl"
    drafted = cli(
        "draft",
        str(DOCUMENTS / "plan.pdf"),
        "--plan",
        "xx-test-1",
        "--language",
        "fr",
        "-o",
        str(target),
    )
    assert drafted.returncode == 0, drafted.stderr
    assert (
        drafted.stderr.splitlines()[-1]
        == "Categories: 3, actions: 6. Complete the draft, then `pan2kg check`."
    )
    graph = Graph().parse(target)
    numbers = sorted(map(str, graph.objects(None, SKOS.notation)))
    assert numbers == ["1", "1.1", "1.2", "2", "2.1", "2.2", "2.3", "3", "3.1"]
    indicator = graph.value(Namespace(thing("action", ""))["xx-test-1-2-2"], TERMS.hasIndicator)
    passage = graph.value(indicator, TERMS.evidence)
    ratified = Literal("Protocole ratifié", lang="fr")
    assert graph.value(indicator, TERMS.text) == graph.value(passage, TERMS.quote) == ratified
    assert graph.value(passage, TERMS.page) == Literal("2")


def test_where_the_actions_are_not_sure_nothing_is_written_and_the_best_are_shown(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "plan.html").write_text(
        f"<html><h1>Plan</h1>{CHAPTERS.replace(TEXT, TEXT + BULLETS)}"
    )
    target = tmp_path / "new" / "plan.ttl"
    order = ("draft", str(tmp_path / "plan.html"), "--plan", "xx-test-1", "-o", str(target))
    unsure = cli(*order)
    assert (unsure.returncode, unsure.stdout, target.parent.exists()) == (1, "", False)
    lines = unsure.stderr.splitlines()
    assert lines[0] == "It is not sure which of these are the actions; nothing was written:"
    assert any(line.startswith("bullets: 6 bullets (score ") for line in lines)
    assert any(line.startswith("headings:2: 3 headings of one level (score ") for line in lines)
    assert "--level" in lines[-1]
    outline = tmp_path / "outline.json"
    named = cli(*order, "--level", "bullets", "--outline", str(outline))
    assert (named.returncode, target.read_text().count("a pan:Action ;")) == (0, 6)
    assert len(json.loads(outline.read_bytes())["actions"]) == 6


def test_columns_of_a_table_can_be_named_and_plans_or_chapters_are_drafted_only_as_a_list(
    cli: Cli, tmp_path: Path
) -> None:
    rows = "".join(f"{title};Justice;2026\n" for title in TITLES)
    (tmp_path / "plan.csv").write_text(f"Alpha;Beta;Gamma\n{rows}")
    order = ("--plan", "xx-test-1", "--language", "fr")
    named = cli(
        "draft", "plan.csv", *order, "--columns", "title=1,responsible=2", "--level", "rows"
    )
    assert all(title in named.stdout for title in TITLES)
    wrong = cli("draft", "plan.csv", *order, "--columns", "title")
    assert (wrong.returncode, "names no columns" in wrong.stderr) == (2, True)
    plans = "id;title;period;lead_bodies\na-1;Plan pour le climat;2013;Ministère\na-2;Plan national 2;2022;Ministère\n"
    chapters = "1. Introduction\n2. Contexte\n3. Gouvernance\n4. Suivi\n5. Annexe\n"
    for name, text, actions in (("plans.csv", plans, 2), ("plan.txt", chapters, 5)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        unsure = cli("draft", name, *order)
        assert (unsure.returncode, unsure.stdout) == (1, "")
        assert (
            cli("draft", name, *order, "--level", "list").stdout.count("a pan:Action ;") == actions
        )
    (tmp_path / "plan.txt").write_text("Une suite de phrases.\n")
    refused = cli("draft", "plan.txt", *order, "-o", "a.ttl")
    assert (
        refused.returncode,
        (tmp_path / "a.ttl").exists(),
        "running text" in refused.stderr,
    ) == (2, False, True)


def test_nothing_is_drafted_before_the_language_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.html").write_text(
        f"<html><meta charset=utf-8>{HALVES['one label']}", encoding="utf-8"
    )
    order = ("draft", "plan.html", "--plan", "xx-test-1")
    unsure = cli(*order)
    assert (unsure.returncode, unsure.stdout) == (1, "")
    assert "The document has its actions in several languages (" in unsure.stderr
    drafted = cli(*order, "--language", "en")
    assert drafted.stdout.count("a pan:Action ;") == len(TITLES)
    assert "Former les juges" not in drafted.stdout
