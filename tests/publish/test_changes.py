"""What a reader is told of a change, in three languages and several formats; patches that lead to it; the command."""

import argparse
import csv
import gzip
import io
import json
import random
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from hypothesis import given, settings, strategies as st

from pan2kg.cli.publish import add_diff, run_diff
from pan2kg.errors import FormatError, Pan2kgError, ProjectError
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.publish import change_files, feed, patches, states
from pan2kg.publish.change_files import write_markdown, write_text
from pan2kg.publish.changes import Change, Status
from pan2kg.publish.feed import ATOM
from pan2kg.publish.states import Side
from pan2kg.store.project_files import read_quads
from pan2kg.turtle.vocabulary import DCTERMS, PAN, RDFS, ROOT, SKOS, XSD

PREFIXES = {
    "pan": PAN,
    "skos": SKOS,
    "owl": "http://www.w3.org/2002/07/owl#",
    "dcterms": DCTERMS,
    "xsd": XSD,
    "rdfs": RDFS,
    "graph": f"{ROOT}graph/",
    **{kind: f"{ROOT}id/{kind}/" for kind in ("plan", "action", "passage", "link")},
}
HEAD = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())
PLAN = 'plan:p a pan:Plan ; skos:prefLabel "Plan P"@fr .'
ACTION = 'action:a a pan:Action ; skos:notation "4.3" ; skos:prefLabel "Former les juristes"@fr ; pan:inPlan plan:p .'
WHEN = datetime(2026, 11, 25, tzinfo=UTC)
BASE = f"{ROOT}graph/"


def side(*turtle: str, graph: str = "graph:plan", name: str = "x") -> Side:
    lines = "\n".join(turtle)
    return Side(ox.parse(f"{HEAD}{graph} {{ {lines} }}", format=ox.RdfFormat.TRIG), name)


def sides(*several: Side) -> Side:
    return Side(
        ox.parse(b"".join(one.nquads()[0] for one in several), format=ox.RdfFormat.N_QUADS), "x"
    )


def statuses(told: Change) -> dict[str, Status]:
    return {thing.iri.rpartition("/id/")[2]: thing.status for thing in told.things}


def facts(*numbers: int, graph: str) -> Side:
    return side(*(f"action:a{at} pan:rationale 'x'@fr ." for at in numbers), graph=graph)


def test_things_are_added_removed_changed_renamed_and_retired() -> None:
    old = side(
        PLAN,
        'action:gone a pan:Action ; pan:inPlan plan:p . action:old a pan:Action . action:n skos:prefLabel "A"@fr .',
        'action:c pan:rationale "x"@fr . action:kept a pan:Action .',
    )
    new = side(
        PLAN,
        "action:come a <http://a.example/Task> , pan:Action ; pan:inPlan plan:p . action:old owl:deprecated true ;",
        'dcterms:isReplacedBy action:come ; a pan:Action . action:n skos:prefLabel "B"@fr .',
        'action:c pan:rationale "y"@fr . action:kept a pan:Action ; owl:deprecated false .',
    )
    told = Change(old, new)
    assert statuses(told) == {
        "action/gone": Status.REMOVED,
        "action/come": Status.ADDED,
        "action/old": Status.RETIRED,
        "action/n": Status.RENAMED,
        "action/c": Status.CHANGED,
        "action/kept": Status.CHANGED,
    }
    assert "Retired: action old, replaced by action:come" in write_text(told, "en").replace(
        "action:old", "old"
    )
    kinds = {thing.iri.rpartition("/")[2]: thing.kind for thing in told.things}
    assert kinds["come"] == f"{ROOT}ontology#Action", "ours before anybody else's"
    circle = "action:x pan:inPlan action:y . action:y pan:inPlan action:z . action:z pan:inPlan action:y ."
    told = Change(side(PLAN), side(PLAN, circle))
    assert statuses(told) == dict.fromkeys(("action/x", "action/y", "action/z"), Status.ADDED), (
        "parts of each other"
    )


CITED = ACTION.removesuffix(".") + "; pan:evidence passage:one, passage:two ."
QUOTED = (
    'passage:one a pan:Passage ; pan:quote "x"@fr . passage:two a pan:Passage ; pan:quote "y"@fr .'
)
OTHER = ACTION.replace("juristes", "magistrats")
LONG = 'passage:x pan:quote "' + "mot " * 100 + '{}"@fr .'
EDIT = "    {} «\u00a0Former les juristes\u00a0» → «\u00a0Former les magistrats\u00a0»"
TOLD: dict[str, tuple[str, str, Language, tuple[str, ...], str]] = {
    "counts first, things below their plan": (
        "",
        ACTION,
        "fr",
        (
            "\nAjout\u00a0: 1\n  Énoncés\u00a0: 4 de plus, 0 de moins\n",
            "\nPlan P (p)\n  Ajout\u00a0: action 4.3 Former les juristes (a)\n",
        ),
        "Rien",
    ),
    "nothing": ("", "", "en", ("\nNothing has changed.\n",), "statements"),
    "old and new in French": (ACTION, OTHER, "fr", (EDIT.format("libellé (fr)\u00a0:"),), "Ajout"),
    "old and new in English": (ACTION, OTHER, "en", (EDIT.format("label (fr):"),), "Added"),
    "old and new in German": (ACTION, OTHER, "de", (EDIT.format("Bezeichnung (fr):"),), "Neu"),
    "the difference of long texts": (
        LONG.format("avant"),
        LONG.format("après"),
        "fr",
        ("avant", "après"),
        "mot " * 70,
    ),
    "parts of what was added whole are counted": (
        "",
        CITED + QUOTED,
        "en",
        ("Added: action 4.3 Former les juristes (a), with 2 parts of it",),
        "passage",
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_change_is_told_in_words(case: str) -> None:
    old, new, language, wanted, absent = TOLD[case]
    told = write_text(Change(side(PLAN, old), side(PLAN, new)), language)
    for words in wanted:
        assert words in told
    assert absent not in told


def test_a_file_that_moved_is_one_move_and_what_changed_of_it_a_change() -> None:
    head = 'graph:{0} a pan:SourceGraph ; rdfs:label "Actions"@fr .'
    many = [f"action:a{at} a pan:Action ; pan:inPlan plan:p ." for at in range(200)]
    change = Change(
        *(side(head.format(name), *many, graph=f"graph:{name}") for name in ("old", "new"))
    )
    assert (change.moves, change.added, change.removed) == (((BASE + "old", BASE + "new"),), (), ())
    assert "File moved: old → new" in write_text(change, "en")
    told = Change(
        side(*many[:20], graph="graph:old"),
        side(*many[:20], "action:b a pan:Action .", graph="graph:new"),
    )
    assert len(told.moves) == 1
    assert statuses(told) == {"action/b": Status.ADDED}
    # to the likest of two, to one that shares half, and to none with little in common
    old = facts(*range(10), graph="graph:old")
    likest = facts(*range(8), graph="graph:z")
    assert Change(old, sides(facts(*range(4, 10), graph="graph:a"), likest)).moves == (
        (BASE + "old", BASE + "z"),
    )
    assert Change(old, facts(*range(6, 16), graph="graph:new")).moves == ()
    assert Change(old, facts(*range(5, 15), graph="graph:new")).moves == (
        (BASE + "old", BASE + "new"),
    )


def test_a_statement_in_another_file_is_a_shift_and_what_rules_derive_is_counted() -> None:
    old = sides(
        side(PLAN, ACTION, graph="graph:a-unverified"),
        side("action:z a pan:Action .", graph="graph:a"),
    )
    new = sides(
        side(PLAN, graph="graph:a-unverified"),
        side("action:z a pan:Action .", ACTION, graph="graph:a"),
    )
    told = Change(old, new)
    assert told.shifts == ((BASE + "a-unverified", BASE + "a", 4),)
    assert told.things == ()
    assert "4 statements move from a-unverified to a." in write_text(told, "en")
    old = sides(side(PLAN, graph="graph:a"), side(PLAN, ACTION, graph="graph:b"))
    new = sides(side(PLAN, graph="graph:a"), side(ACTION, graph="graph:b"))
    assert Change(old, new).removed == (), "it stands in one file less"
    assert "2 statements move from b to no file." in write_text(Change(old, new), "en")
    derived = side("action:a pan:linkedTo action:b .", graph=f"<{ROOT}graph/derived/linked-to>")
    told = Change(side(PLAN), sides(side(PLAN), derived))
    assert told.things == ()
    assert "Statements derived by the rule linked-to: 1 more, 0 fewer." in write_text(told, "en")


def test_csv_has_a_row_a_value_and_json_holds_the_terms_whole() -> None:
    told = Change(
        side(PLAN, ACTION), side(PLAN, ACTION.replace("juristes", 'magistrats, \\"sic\\"'))
    )
    rows = list(csv.DictReader(io.StringIO(change_files.write_csv(told, "en"))))
    assert [(row["status"], row["property_label"], row["old"], row["new"]) for row in rows] == [
        ("renamed", "label", "Former les juristes", 'Former les magistrats, "sic"')
    ]
    content = json.loads(change_files.write_json(Change(side(PLAN), side(PLAN, ACTION)), "de"))
    (thing,) = content["things"]
    assert (content["statements_added"], thing["status"], thing["root"]) == (
        4,
        "added",
        f"{ROOT}id/plan/p",
    )
    assert '"Former les juristes"@fr' in {edit["new"] for edit in thing["edits"]}


def test_markdown_and_feed_hold_whatever_a_text_holds_and_a_feed_has_what_atom_requires() -> None:
    told = Change(
        side(PLAN), side(PLAN, 'action:a skos:prefLabel "<b>&amp;\\u0001\\u000B]]>*[x](y)"@fr .')
    )
    assert "&lt;b&gt;&amp;amp;" in write_markdown(told, "fr")
    assert "\\*\\[x\\](y)" in write_markdown(told, "fr")
    (entry,) = ET.fromstring(feed.write_feed(told, "fr", WHEN)).findall(f"{{{ATOM}}}entry")
    assert "<b>&amp;\ufffd" in str(entry.findtext(f"{{{ATOM}}}title"))
    told = Change(side(PLAN), side(PLAN, ACTION, ACTION.replace("action:a", "action:b")))
    ids = set()
    for language in LANGUAGES:
        root = ET.fromstring(
            feed.write_feed(told, language, WHEN, address="https://e/changes.atom")
        )
        entries = root.findall(f"{{{ATOM}}}entry")
        for parent in (root, *entries):
            for name in ("id", "title", "updated", "author" if parent is root else "summary"):
                assert len(parent.findall(f"{{{ATOM}}}{name}")) == 1
        assert root.findtext(f"{{{ATOM}}}updated") == "2026-11-25T00:00:00Z"
        assert [link.attrib["rel"] for link in root.findall(f"{{{ATOM}}}link")] == ["self"]
        ids.add(tuple(entry.findtext(f"{{{ATOM}}}id") for entry in entries))
    assert [len(set(of_language)) for of_language in ids] == [2], "the same in every language"


def test_the_day_is_given_or_from_the_environment_or_from_the_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    days = "".join(
        f'graph:g dcterms:modified "{day}"^^xsd:date .'
        for day in ("2026-01-02", "2026-03-04", "soon")
    )
    change = Change(side(PLAN), side(PLAN, days))
    undated = Change(side(PLAN), side(PLAN))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert feed.day_of(change) == datetime(2026, 3, 4, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert feed.day_of(change) == datetime(1970, 1, 2, tzinfo=UTC)
    assert feed.day_of(change, date(2020, 5, 6)) == datetime(2020, 5, 6, tzinfo=UTC)
    for epoch in ("", "yesterday"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        with pytest.raises(FormatError):
            feed.day_of(undated)


named = st.sampled_from(
    [ox.NamedNode(f"http://e/{name}") for name in ("a", "b", "é?x=1&y=%20", "c#d")]
)
blank = st.sampled_from([ox.BlankNode(name) for name in ("x", "y", "z")])
text = st.text(max_size=12).filter(
    lambda words: all(not "\ud800" <= sign <= "\udfff" for sign in words)
)
datatypes = [
    ox.NamedNode("http://www.w3.org/2001/XMLSchema#" + name)
    for name in ("integer", "decimal", "date")
]
literal = st.one_of(
    text.map(ox.Literal),
    st.tuples(text, st.sampled_from(["fr", "en", "de-LU"])).map(
        lambda pair: ox.Literal(pair[0], language=pair[1])
    ),
    st.tuples(
        st.sampled_from(["01", "1", "1.50", "+2", "2020-01-01", "no number"]),
        st.sampled_from(datatypes),
    ).map(lambda pair: ox.Literal(pair[0], datatype=pair[1])),
)
graphs = st.one_of(st.just(ox.DefaultGraph()), named, blank)
quads = st.builds(ox.Quad, st.one_of(named, blank), named, st.one_of(named, blank, literal), graphs)
datasets = st.lists(quads, max_size=8)


def applied(patch: bytes, old: Side) -> Side:
    return patches.apply(ox.parse(patch, format=ox.RdfFormat.TRIG), old)


@settings(deadline=None, max_examples=300)
@given(datasets, datasets, st.lists(quads, max_size=4), st.randoms(use_true_random=False))
def test_the_patch_applied_to_the_old_state_gives_the_new(
    before: list[ox.Quad], after: list[ox.Quad], both: list[ox.Quad], chance: random.Random
) -> None:
    """Whatever the labels of blank nodes and the order of a file are."""
    old = Side([*before, *both], "old")
    new = Side([*after, *both], "new")
    assert applied(patches.write_patch(old, new), old).nquads() == new.nquads()
    shuffled = [*before, *both]
    chance.shuffle(shuffled)
    file = ox.serialize(shuffled, format=ox.RdfFormat.N_QUADS) or b""
    again = Side(ox.parse(file, format=ox.RdfFormat.N_QUADS, rename_blank_nodes=True), "again")
    assert applied(patches.write_patch(old, new), again).nquads() == new.nquads()
    reread = Side(ox.parse(new.nquads()[0], format=ox.RdfFormat.N_QUADS), "b")
    assert reread.nquads() == new.nquads()
    assert not any(
        isinstance(quad.object, ox.BlankNode)
        for quad in ox.parse(patches.write_patch(old, new), format=ox.RdfFormat.TRIG)
    )


def test_a_patch_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    old, new = (Side([ox.Quad(*[ox.NamedNode(f"http://e/{at}")] * 3)], at) for at in "ab")
    with pytest.raises(ProjectError, match="made for another state"):
        applied(patches.write_patch(old, new), new)
    with pytest.raises(ProjectError, match="damaged"):
        applied(patches.write_patch(old, new).replace(b"http://e/b", b"http://e/c"), old)
    (tmp_path / "no.nq").write_text("<http://e/s> <http://e/p> <http://e/o> .\n")
    with pytest.raises(ProjectError, match="This is no patch"):
        patches.apply(read_quads(tmp_path / "no.nq"), old)
    kept = ox.Quad(
        ox.NamedNode(patches.GENID + "c14n0"), ox.NamedNode("http://e/p"), ox.Literal("x")
    )
    with pytest.raises(ProjectError, match="kept for blank nodes"):
        patches.write_patch(Side([], "a"), Side([kept], "b"))


LINE = "<http://e/{}> <http://e/p> <http://e/o> <http://e/g> .\n"


def diff(*arguments: str | Path) -> int:
    command = argparse.ArgumentParser()
    add_diff(command)
    return run_diff(command.parse_args([str(one) for one in arguments]))


def dump(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(LINE.format(name) for name in names).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_projects_files_and_releases_are_read_and_every_format_is_written_the_same_twice(
    own_project: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = Path(shutil.copytree(own_project, tmp_path / "changed")) / "ontology" / "pan2kg.ttl"
    file.write_text(file.read_text("utf-8").replace('"plan"@fr', '"programme"@fr'), "utf-8")
    assert diff(own_project, tmp_path / "changed", "--language", "en") == 0
    assert "«\u00a0plan\u00a0» → «\u00a0programme\u00a0»" in capsysbinary.readouterr().out.decode()
    (tmp_path / "trig").mkdir()
    (tmp_path / "trig" / "graph.trig").write_text(
        "<http://e/g> { <http://e/a> <http://e/p> <http://e/o> }"
    )
    for name, thing in (("pan2kg", "a"), ("pan2kg-derived", "b")):
        for ending in ("nq", "nq.gz"):
            dump(tmp_path / "r" / "data" / f"{name}.{ending}", thing)
    same = dump(tmp_path / "same.nq", "a")
    both = dump(tmp_path / "b.nq", "a", "b")
    before = dump(tmp_path / "old" / "dumps" / "pan2kg.nq.gz", "a").parents[1]
    for release, other in ((tmp_path / "trig", same), (before, same), (tmp_path / "r", both)):
        diff(release, other, "--language", "de")
        assert "Keine Änderung." in capsysbinary.readouterr().out.decode()
    (tmp_path / "a.ttl").write_text("@prefix e: <http://e/> . e:s e:p [ e:q 1 ] .")
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    (tmp_path / "b.nt").write_text(
        f'<http://e/s> <http://e/p> _:o .\n_:o <http://e/q> "1"{integer} .\n'
    )
    assert (
        states.read_side(tmp_path / "a.ttl").nquads()
        == states.read_side(tmp_path / "b.nt").nquads()
    )
    for form in ("text", "md", "csv", "json", "atom"):
        files = [tmp_path / "one", tmp_path / "two"]
        for target in files:
            diff(same, both, "--format", form, "--date", "2026-11-25", "-o", target)
        assert files[0].read_bytes() == files[1].read_bytes() != b""


def test_bad_input_is_refused_in_one_sentence(tmp_path: Path) -> None:
    good = dump(tmp_path / "good.nq", "a")
    faults = {
        "bad.nq": (
            b"<http://e/a> <http://e/p>\n",
            "bad.nq:2:1: This is not RDF as .nq says: line jumps",
        ),
        "bad.nq.gz": (b"no gzip", "not packed with gzip"),
        "cut.nq.gz": (gzip.compress(b"x" * 100)[:-9], "cut off"),
        "bad.txt": (b"x", "names no RDF format"),
        "none.nq": (None, "no such file"),
        "none": (None, "names no RDF format"),
        "empty": (None, "This is no project"),
        "two": (None, "several dumps: a.nq and b.nq"),
    }
    (tmp_path / "empty").mkdir()
    for name in ("a.nq", "b.nq"):
        dump(tmp_path / "two" / name, "a")
    for name, (content, said) in faults.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(Pan2kgError, match=re.escape(said)) as raised:
            diff(good, tmp_path / name)
        assert "\n" not in str(raised.value)
    with pytest.raises(Pan2kgError, match="written as N-Quads"):
        diff("--apply", "p.trig", good, "-o", tmp_path / "new.ttl")
    for words in ("a.nq", "a.nq b.nq c.nq", "--apply p.trig a.nq b.nq"):
        with pytest.raises(Pan2kgError, match=r"States wanted: [12], named"):
            diff(*words.split())
