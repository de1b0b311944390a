"""What a document suggests: links with their words, and parts of bodies where a field or words say which one."""

import shutil
from datetime import date
from pathlib import Path
from typing import Final

import pytest

import pan2kg
from pan2kg.extract.document import Document, DocumentBlock, laid
from pan2kg.extract.names import Mention, Thing
from pan2kg.graph.graph import Graph, open_graph
from pan2kg.i18n import today
from pan2kg.project import Project
from pan2kg.review import work
from pan2kg.review.decision import Candidate
from pan2kg.review.desk import Desk, open_desk
from pan2kg.review.forms import decide_candidate
from pan2kg.review.keys import press
from pan2kg.review.proposals import search
from pan2kg.review.relations import relation_of
from pan2kg.store import program_query
from pan2kg.store.project_files import load_project
from pan2kg.store.rules import derive
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.vocabulary import link_iri
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.style import check_style
from tests.conftest import Cli
from tests.copies import FEW, GRAPH, copy
from tests.review.conftest import DAY, FILE, READ, SHA, prepare

ID: Final = "https://w3id.org/pan2kg/id/"
PLAN: Final = ID + "plan/lu-bhr-2"
ACTION: Final = ID + "action/lu-bhr-2-4-1"
ELI: Final = "http://data.europa.eu/eli/"
BODY: Final = ID + "body/ccdh"
NAME: Final = "Commission consultative des Droits de l’Homme"


def document_of(*texts: str, heading: str = "") -> Document:
    typed = [("heading", heading)] if heading else []
    blocks = [
        DocumentBlock(7, "5", kind, words, 2 * (kind == "heading"), language="fr")  # type: ignore[arg-type]
        for kind, words in (*typed, *(("paragraph", words) for words in texts))
    ]
    return Document("plan.pdf", SHA, "pdf", 9, laid(blocks))


def proposed(graph: Graph, *texts: str) -> tuple[Candidate, ...]:
    return search(graph, document_of(*texts), PLAN).candidates


def remarks(candidate: Candidate) -> list[str]:
    return [getattr(remark, "key", "") for remark in candidate.remarks]


def test_the_section_of_an_action_is_its_own_and_the_rest_is_the_plan_s(with_texts: Graph) -> None:
    title = with_texts.label(ACTION, "fr")
    document = Document(
        "plan.pdf",
        "0" * 64,
        "pdf",
        9,
        laid(
            [
                DocumentBlock(
                    7, "5", "paragraph", "Le plan contribue aux Objectifs de développement durable."
                ),
                DocumentBlock(7, "5", "heading", title, 2),
                DocumentBlock(
                    7,
                    "5",
                    "paragraph",
                    "Il s’agit de transposer la directive 92/43/CEE. Elle protège tout.",
                ),
            ]
        ),
    )
    candidates = search(with_texts, document, PLAN).candidates
    said = {(candidate.ends[0], candidate.relation, candidate.ends[1]) for candidate in candidates}
    assert (PLAN, "contributes-to", ID + "instrument/un-sdg") in said
    assert (ACTION, "supports-transposition-of", ELI + "dir/1992/43/oj") in said
    (candidate,) = [candidate for candidate in candidates if candidate.ends[0] == ACTION]
    (passage,) = candidate.quotations
    assert passage.words == "Il s’agit de transposer la directive 92/43/CEE."
    assert document.text[passage.start : passage.end] == passage.words
    assert (passage.page, passage.label, passage.path) == (7, "5", (title,))
    assert (passage.prefix[-2:], passage.suffix[:14]) == ("\n\n", " Elle protège ")
    link = link_iri("uses-instrument", ACTION, candidate.ends[1], relation=candidate.relation)
    assert link.endswith(f"/{candidate.key}")
    assert "transposer" in getattr(candidate.reason, "say", str)("fr")


def test_what_was_rejected_comes_back_only_with_new_words_and_what_is_kept_is_read_again(
    tmp_path: Path,
) -> None:
    folder = copy(tmp_path / "few", FEW, all_else=True)
    words = "Le plan cite le règlement (UE) 2018/848."
    (folder / FILE).write_text(
        "".join(
            f"@prefix {name}: <{ID}{name}/> .\n"
            for name in ("link", "linkstatus", "linktype", "passage")
        )
        + "@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n\n"
        f"link:0 a pan:Link ;\n    pan:linkType linktype:uses-instrument ;\n    pan:from <{PLAN}> ;\n"
        f"    pan:to <{ELI}reg/2018/848/oj> ;\n    pan:status linkstatus:rejected ;\n"
        f'    pan:evidence passage:x .\n\npassage:x a pan:Passage ;\n    pan:quote "{words}"@fr .\n',
        "utf-8",
    )
    graph = open_graph(folder, language="fr")
    assert search(graph, document_of(words), PLAN).skipped == {"rejected": 1}
    (candidate,) = proposed(graph, "Mettre en œuvre le règlement (UE) 2018/848.")
    assert remarks(candidate) == ["rejected-before"]
    document = document_of("Vu la directive 92/43/CEE. Ce plan s’appuie sur le PAN 1.")
    made = search(graph, document, PLAN)
    folder = work.keep(graph.project, "lu-bhr-2", document, made.mentions, made.candidates)
    again = list(work.read_candidates(folder / work.CANDIDATES, graph.project, PLAN))
    for candidate, kept in zip(made.candidates, again, strict=True):
        assert (
            kept.key,
            kept.ends,
            kept.type,
            kept.relation,
            kept.remarks,
            kept.quotations[0].page,
        ) == (
            candidate.key,
            candidate.ends,
            candidate.type,
            candidate.relation,
            candidate.remarks,
            7,
        )
    assert work.read_kept(graph.project, "lu-bhr-2") == document
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    work.keep(graph.project, "lu-bhr-2", document, made.mentions, made.candidates)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert sorted(before) == ["candidates.jsonl", "document.json", "mentions.jsonl"]


def test_one_candidate_has_all_passages_and_no_body_without_a_role_nor_the_plan_is_one(
    with_texts: Graph,
) -> None:
    text = "Le règlement (UE) 2018/848 est cité. Un autre paragraphe cite le règlement (UE) 2018/848 aussi."
    (candidate,) = proposed(with_texts, text)
    assert [passage.words[-5:] for passage in candidate.quotations] == ["cité.", "ussi."]
    made = search(with_texts, document_of(f"Le PAN 2 cite un avis. La {NAME} s’en félicite."), PLAN)
    assert (made.candidates, made.skipped) == ((), {"body": 1})
    (candidate,) = proposed(with_texts, "Une étude sur la loi du 23 juillet 2016.")
    assert candidate.choices
    assert 0 < (candidate.rank or 0) < 0.5, "a choice is worth less than a name"
    assert "note-several" in remarks(candidate)


def test_since_leaves_out_what_is_older(with_texts: Graph) -> None:
    text = "Vu la loi du 8 avril 2018. Vu la loi du 16 mai 2023."
    added = {
        candidate.ends[1]: remarks(candidate)
        for candidate in proposed(with_texts, f"{text} Vu le règlement (CE) n° 1907/2006.")
    }
    assert added["http://data.legilux.public.lu/eli/etat/leg/loi/2023/05/16/a232"] == ["younger"]
    assert added[ELI + "reg/2006/1907/oj"] == ["not-in-graph"]
    made = search(with_texts, document_of(text), PLAN).since(with_texts, date(2020, 1, 1))
    assert [candidate.ends[1][-15:] for candidate in made.candidates] == ["2023/05/16/a232"]
    assert made.skipped == {"older": 1}


def test_the_words_before_a_mention_propose_the_relation() -> None:
    for before, relation in {
        "cite": "references",
        "en ligne avec": "aligned-with",
        "is based on": "based-on",
        "étudie la possibilité de ratifier": "considers-ratifying",
        "Umsetzung von": "implements",
        "promouvoir": "promotes",
        "im Einklang mit": "aligned-with",
        "prépare la mise en œuvre de": "prepares-implementation-of",
        "Promote this. Also": "references",
    }.items():
        text = f"On {before} X"
        mention = Mention(len(text) - 1, len(text), "X", "i", "instrument", "name")
        assert relation_of(text, mention, Thing("i", "x", "instrument"), None)[1] == relation


def of_few(folder: Path) -> Path:
    """A few plans with the bodies that advise, and the names of all bodies."""
    copy(folder, FEW)
    for name in ("organisations/advisory-bodies.ttl", "names/bodies.ttl"):
        shutil.copyfile(GRAPH / name, folder / "graph" / name)
    return folder


@pytest.fixture(scope="module")
def with_bodies(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return pan2kg.open_graph(of_few(tmp_path_factory.mktemp("bodies") / "few"), language="fr")


def in_action(graph: Graph, *texts: str) -> Document:
    return document_of(*texts, heading=graph.label(ACTION, "fr"))


def test_one_candidate_a_role_has_all_passages(with_bodies: pan2kg.Graph) -> None:
    words = (
        f"Partenaires : {NAME}",
        f"En partenariat avec la {NAME}, on étudie.",
        f"La {NAME} est citée.",
    )
    made = search(with_bodies, in_action(with_bodies, *words), PLAN)
    (part,) = [candidate for candidate in made.candidates if candidate.type == "involvement"]
    assert (*part.ends, part.relation, part.said) == (ACTION, BODY, "partner", "Partenaires")
    assert (len(part.quotations), made.skipped["body"]) == (2, 1)
    assert "Partenaires" in getattr(part.reason, "say", str)("fr")


@pytest.fixture
def root(tmp_path: Path, with_bodies: pan2kg.Graph) -> Path:
    """A project in which the text of a plan was read, with one part to decide on."""
    folder = prepare(of_few(tmp_path / "copy"))
    document = in_action(with_bodies, f"Chef de file : {NAME}")
    made = search(with_bodies, document, PLAN)
    work.keep(Project.at(folder), "lu-bhr-2", document, made.mentions, made.candidates)
    return folder


def test_from_the_document_to_what_passes_check_and_back_by_the_page(root: Path, cli: Cli) -> None:
    for text in (root / "texts").glob(f"{READ}.*"):
        text.unlink()  # the text that was read is another one
    done = cli("review", "--by", "A. Weber", "--language", "en", cwd=root, stdin="a\nq\n")
    assert (done.returncode, done.stderr) == (0, "Accepted: 1, rejected: 0; left: 0.\n")
    assert cli("check", FILE, "--language", "en", cwd=root).returncode == 0
    project = Project.at(root)
    store = load_project(project)
    derive(store, project, ["evidence-level"])
    graph = Graph(project, store, language="fr")
    levels = graph.read(
        "PREFIX pan: <https://w3id.org/pan2kg/ontology#> SELECT ?level WHERE "
        "{ ?part a pan:Involvement ; pan:reviewedBy 'A. Weber' ; pan:evidenceLevel ?level }"
    )
    assert levels == [[f"{ID}evidencelevel/plan"]]
    form = {"form": "candidate", "reviewer": "A. Weber"}
    assert decide_candidate(graph, {**form, "verdict": "undo"}, today()).files == (FILE,)
    form["item"] = "lu-bhr-2-4-1-ccdh-lead"
    rejected = decide_candidate(graph, {**form, "verdict": "reject", "rejection": "too-vague"}, DAY)
    assert (rejected.code, rejected.files) == ("rejected", (FILE,))
    assert cli("check", FILE, "--language", "en", cwd=root).returncode == 0


def test_a_rejected_part_stands_in_the_graph_as_no_involvement_and_does_not_return(
    root: Path, with_bodies: pan2kg.Graph
) -> None:
    def desk(reviewer: str) -> Desk:
        project = Project.at(root)
        material = work.read_material(
            Graph(project, with_bodies.store, language="fr", as_of=DAY), project
        )
        material.__dict__["documents"] = {PLAN: f"{ID}document/{READ}"}
        return open_desk(material, project, reviewer, DAY)

    assert press(desk("A. Weber"), "r4").key == "said.rejected"
    text = (root / FILE).read_text("utf-8")
    assert ("pan:Involvement" in text, text.count(" a pan:Decision ;")) == (False, 1)
    assert not list(check_style([read_turtle_file(text, FILE)], read_prefixes(Project.at(root))))
    assert desk("B. Muller").current is None
    for path in (root / "work").rglob("*.*"):
        path.unlink()  # as on another machine, which has the files of the graph alone
    project = Project.at(root)
    store = load_project(project)
    derive(store, project, ["main-label"])
    graph = Graph(project, store, language="fr")
    parts = program_query("review/parts-of-plan", plan=PLAN)
    assert graph.read(parts) == with_bodies.read(parts)
    again = search(graph, in_action(with_bodies, f"Chef de file : {NAME}"), PLAN)
    assert (again.candidates, again.skipped["rejected"]) == ((), 1)
    fresh = in_action(with_bodies, f"Chef de file : {NAME}", f"Le plan est piloté par la {NAME}.")
    (candidate,) = search(graph, fresh, PLAN).candidates
    assert remarks(candidate) == ["rejected-before"]
