"""Files as they are changed: passages anchored in a text, links given their keys, blocks added, all or nothing."""

from datetime import date
from pathlib import Path
from unicodedata import category

import pyoxigraph as ox
import pytest
from hypothesis import given, strategies as st

from pan2kg.errors import ProjectError
from pan2kg.extract.document import (
    AROUND,
    READER,
    Document,
    DocumentBlock,
    Folded,
    Quotation,
    canonical,
    find,
    laid,
)
from pan2kg.project import Project
from pan2kg.review import anchoring, rekeying
from pan2kg.review.fields import LIMITS, read_field
from pan2kg.review.files import append, write
from pan2kg.review.outcomes import RefusedError
from pan2kg.turtle.vocabulary import link_iri, thing
from pan2kg.turtle.writer import Block, TurtleLine, text
from pan2kg.validation.check import check
from pan2kg.validation.report import Kind
from tests.conftest import Cli
from tests.copies import FEW, copy

DOCUMENT = thing("document", "mae-gouvernement-lu-fr-pan-2")
LINKS = "graph/plans/lu-bhr-2.ttl"
NAMES = {"a": "http://a/", "e": "http://e/", "m": "http://m/", "z": "http://z/"}
HEADS = [
    "", "@prefix e: <http://e/> .\n", "@prefix a: <http://a/> .\n@prefix m: <http://m/> .\n",
    "PREFIX m: <http://m/>\n",
]  # fmt: skip
COMMENT = st.text(st.characters(exclude_characters="\n\r", codec="utf-8"))
TYPED = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.at(copy(tmp_path / "copy", FEW))


def document(*paragraphs: str, pages: bool = False) -> Document:
    blocks = [
        DocumentBlock(
            number if pages else None,
            str(number + 4) if pages else None,
            "paragraph",
            canonical(words),
        )
        for number, words in enumerate(paragraphs, start=1)
    ]
    return Document("plan.txt", "a" * 64, "txt", len(paragraphs) if pages else None, laid(blocks))


def at(found: Quotation | int, of: Document) -> str:
    assert isinstance(found, Quotation), found
    return of.text[found.start : found.end]


def test_words_are_found_whatever_their_signs_and_nowhere_where_they_are_only_similar() -> None:
    within = document("Ici l’Etat s’engage à coopérer.", "Former à la non-discrimination.")
    for words, stands in {
        "l'Etat s'engage": "l’Etat s’engage",
        "l’Etat  s’engage\nà co\u00adopérer": "l’Etat s’engage à coopérer",
        "non‑discrimination": "non-discrimination",
        "l’Etat … coopérer": "l’Etat s’engage à coopérer",
        "s’engage à coopérer. Former": "s’engage à coopérer.\n\nFormer",
    }.items():
        assert at(find(Folded(within), Quotation(words)), within) == stands
    for words in ("l’Etat s’engagé", "Etat s’engag", "coopérer … l’Etat", "Former les juges", "…"):
        assert find(Folded(within), Quotation(words)) == 0


@given(
    st.lists(st.text("aé’ -", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=5),
    st.data(),
)
def test_what_is_found_says_what_was_quoted_and_what_stands_around_it(
    paragraphs: list[str], data: st.DataObject
) -> None:
    within = document(*paragraphs)
    start = data.draw(st.integers(0, len(within.text) - 1))
    end = data.draw(st.integers(start + 1, len(within.text)))
    found = find(Folded(within), Quotation(within.text[start:end]))
    if isinstance(found, Quotation):
        assert canonical(at(found, within)) == canonical(within.text[start:end])
        assert within.text[: found.start].endswith(found.prefix)
        assert within.text[found.end :].startswith(found.suffix)
        assert max(len(found.prefix), len(found.suffix)) <= AROUND
        again = Quotation(within.text[start:end], prefix=found.prefix, suffix=found.suffix)
        assert find(Folded(within), again) == found


def test_words_that_stand_twice_are_told_apart_by_what_is_around_or_by_the_page() -> None:
    within = Folded(
        document("1. Former les juges", "2. Former les juges", "3. Former les juges", pages=True)
    )
    assert find(within, Quotation("Former les juges")) == 3
    assert find(within, Quotation("Former les juges", prefix="9. ")) == 0
    second, third = (
        find(within, Quotation("Former les juges", prefix=f"{number}. ")) for number in (2, 3)
    )
    assert isinstance(second, Quotation)
    assert second.page == 2
    assert find(within, Quotation("Former les juges", label="7")) == third


def test_a_document_that_changed_is_anchored_anew_and_the_rest_is_said(
    project: Project, cli: Cli
) -> None:
    within = document(
        "1.1. Communiquer et sensibiliser", "2.2. Créer des formations sur la diligence raisonnable"
    )
    anchored = anchoring.anchor(project, within, DOCUMENT, date(2026, 5, 4))
    subject = thing("passage", "lu-bhr-2-1-1-lu-bhr-1-m3-6b7dc8")
    assert at(anchored.anchors[subject], within) == "Communiquer et sensibiliser"
    new = next(file.new for file in anchored.files if file.name == LINKS)
    assert '    pan:start 5 ;\n    pan:end 32 ;\n    pan:readerVersion "1" ;\n' in new
    assert '    pan:suffix "\\n\\n2.2. Créer des formations sur " ;\n' in new
    orphans = {subject.rpartition("/")[2]: nearest for subject, *_, nearest in anchored.orphans}
    assert orphans["lu-bhr-2-2-2-lu-bhr-1-m4-lu-bhr-2-2-2"] == within.blocks[1].text
    assert anchored.share == 1.0
    for file in anchored.files:
        file.path.write_text(file.new, encoding="utf-8")
    assert anchoring.anchor(project, within, DOCUMENT, date(2026, 6, 1)).files == (), (
        "what is anchored stays as it is"
    )
    (project.root / "plan.txt").write_text("1.1. Communiquer et sensibiliser\n", encoding="utf-8")
    before = (project.root / LINKS).read_bytes()
    arguments = (
        "anchor",
        "plan.txt",
        "--document",
        "mae-gouvernement-lu-fr-pan-2",
        "--language",
        "en",
    )
    shown = cli(*arguments, "--dry-run", cwd=project.root)
    assert (shown.returncode, (project.root / LINKS).read_bytes()) == (1, before)
    assert "1 passage of mae-gouvernement-lu-fr-pan-2 located" in shown.stderr
    assert "lu-bhr-2-4-4-reg-2024-3015 is not in this text: “travail forcé”." in shown.stderr
    assert (
        "Quotations make up 100 % of mae-gouvernement-lu-fr-pan-2, more than 10 %" in shown.stderr
    )


def test_every_quotation_of_the_list_of_pan_2_is_anchored_in_the_form_of_web_annotations(
    project: Project,
) -> None:
    store = ox.Store()
    rule = (project.queries / "rules" / "15-web-annotation.rq").read_text(encoding="utf-8")
    for path in project.plan_files("lu-bhr-2"):
        store.load(path.read_bytes(), format=ox.RdfFormat.TURTLE)
    assert f'pan:readerVersion "{READER}"' in (project.root / LINKS).read_text(encoding="utf-8")
    space = "https://w3id.org/pan2kg/ontology#"
    passages, anchored = (
        {quad.subject for quad in store.quads_for_pattern(None, ox.NamedNode(space + name), value)}
        for name, value in (("inDocument", ox.NamedNode(DOCUMENT)), ("start", None))
    )
    assert (len(passages), passages - anchored) == (22, set())
    triples = store.query(rule)
    assert isinstance(triples, ox.QueryTriples)
    said = {
        (triple.subject.value, triple.predicate.value.rpartition("#")[2], triple.object.value)
        for triple in triples
    }
    words = thing("passage", "lu-bhr-2-1-1-lu-bhr-1-m3-6b7dc8") + "#words"
    assert {(name, value) for subject, name, value in said if subject == words} == {
        ("type", "http://www.w3.org/ns/oa#TextQuoteSelector"),
        ("exact", "Communiquer et sensibiliser"),
        ("prefix", "cation et sensibilisation\n\n1.1. "),
        ("suffix", "\n\nCatégorie 2 – Formations, leço"),
    }


def test_links_get_the_keys_of_what_they_say_wherever_they_are_named_or_not_at_all(
    project: Project, cli: Cli
) -> None:
    links = project.root / LINKS
    old = "link:1d5596c59ff28c70"
    content = links.read_text(encoding="utf-8").replace(
        "relation:complements", "relation:extends", 1
    )
    block = content[content.index(f"{old} a") :].partition("\n\n")[0]
    links.write_text(f"{content}\n{block.replace(old, 'link:1')}\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="Two links would have the key"):
        rekeying.rekeyed(project)
    links.write_text(content, encoding="utf-8")
    head = "@prefix link: <https://w3id.org/pan2kg/id/link/> .\n@prefix pan: <https://w3id.org/pan2kg/ontology#> .\n"
    other = f'\nlink:0 a pan:Link ;\n    pan:note "{old}"@en ;\n    pan:of {old} .\n'
    (project.root / "graph" / "other.ttl").write_text(head + other, encoding="utf-8")
    assert rekeying.rekeyed(Project.at(Path(__file__).parents[2])) == (), (
        "links that have their keys are left alone"
    )
    ends = thing("plan", "lu-bhr-2"), thing("plan", "lu-bhr-1")
    new = "link:" + link_iri("succession", *ends, relation="extends").rsplit("/", 1)[-1]
    changed = {file.name: file for file in rekeying.rekeyed(project)}
    assert set(changed) == {LINKS, "graph/other.ttl"}
    assert changed[LINKS].new == content.replace(old, new)
    assert changed["graph/other.ttl"].new == changed["graph/other.ttl"].old.replace(
        f"of {old}", f"of {new}"
    )
    shown = cli("rekey", "--dry-run", "--language", "en", cwd=project.root)
    assert (shown.returncode, f"+{new} a pan:Link ;" in shown.stdout) == (0, True)
    assert links.read_text(encoding="utf-8") == content
    written = cli("rekey", "--language", "en", cwd=project.root)
    assert (written.stdout, written.stderr) == (shown.stdout, "Written: 1 key in 2 files.\n")
    assert "Every link has the key" in cli("rekey", "--language", "en", cwd=project.root).stderr
    assert "text-link-key" not in [
        finding.rule.key for finding in check(project, kinds=[Kind.TEXT]).findings
    ]


@given(
    typed=TYPED,
    head=st.sampled_from(HEADS),
    comment=COMMENT,
    ending=st.sampled_from(["", "\n", "\n\n", "\r\n"]),
)
def test_any_reason_comes_back_and_the_old_file_is_kept(
    typed: str, head: str, comment: str, ending: str
) -> None:
    try:
        reason = read_field({"reason": typed}, "reason")
    except RefusedError:
        return
    assert all(
        category(character) not in ("Cc", "Cs") or character in "\n\t" for character in reason
    )
    old = f'{head}\n# {comment}\n\n<http://x/s> <http://x/p> "é" .{ending}'
    block = Block("z:s", (TurtleLine("m:p", text(reason, "fr")), TurtleLine("e:q", "a:o")))
    new = append(old, [], [block], NAMES, "x.ttl")
    objects = (quad.object for quad in ox.parse(new, format=ox.RdfFormat.TURTLE))
    assert {reason, "é"} <= {value.value for value in objects if isinstance(value, ox.Literal)}
    for line in [
        f"@prefix {name}: <{space}> .\n"
        for name, space in NAMES.items()
        if f"{name}: <" not in head
    ]:
        assert new.count(line) == 1
        new = new.replace(line, "", 1)
    assert new.lstrip("\n").startswith(old.lstrip("\n"))


def test_a_field_takes_so_much_and_no_more() -> None:
    for name, most in LIMITS.items():
        assert read_field({name: "x" * most}, name)
        with pytest.raises(RefusedError):
            read_field({name: "x" * (most + 1)}, name)


def test_of_files_written_together_none_stays_where_one_cannot_be_written(
    own_project: Path,
) -> None:
    content = "@prefix e: <http://e/> .\n\ne:{} a e:B .\n"
    graph = own_project / "graph"
    (graph / "old.ttl").write_text(content.format("old"))
    (graph / "taken").write_text("a file in the place of a folder")
    texts = {
        path: content.format("new")
        for path in (graph / "old.ttl", graph / "new.ttl", graph / "taken" / "x.ttl")
    }
    with pytest.raises(RefusedError):
        write(Project.at(own_project), texts, {"e": "http://e/"})
    assert (graph / "old.ttl").read_text() == content.format("old")
    assert not (graph / "new.ttl").exists()
