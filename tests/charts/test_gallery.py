"""Pictures of small, large and hostile graphs: what is drawn, what is hatched, and that it stays in its place."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyoxigraph as ox
import pytest

from pan2kg.charts import svg
from pan2kg.charts.drawing import Group, Hatch, Label, Line, Mark
from pan2kg.charts.frame import EDGING, Picture
from pan2kg.charts.registry import PICTURES, draw, picture_bytes
from pan2kg.charts.svg import Drawing
from pan2kg.errors import ProjectError, QueryError
from pan2kg.graph.graph import Graph
from pan2kg.i18n import LANGUAGES, Language
from pan2kg.project import Project
from pan2kg.store.store import LocalStore, Store
from pan2kg.turtle.vocabulary import key

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2024, 1, 1)
HOSTILE = "<script>alert(1)</script> & \"'><text> ]]> \x07\ud7ff $x^2$ {braces} {0}"
KINDS = (
    "plan action instrument body link obligation milestone certainty linktype linkstatus channel role bodytype "
    "relation evidencelevel involvement reading aspect readingextent completeness passage"
)
PREFIXES = (
    "".join(f"@prefix {kind}: <https://w3id.org/pan2kg/id/{kind}/> .\n" for kind in KINDS.split())
    + """
@prefix pan: <https://w3id.org/pan2kg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
)

ACTIVE = ("<script", "<style", "<image", "<use", "@import", "url(", "onload")


def rests(work: str, text: str, level: str = "plan") -> str:
    name = f"{work}-{text}".replace(":", "-")
    return (
        f"link:{name} pan:linkType linktype:uses-instrument ; pan:status linkstatus:accepted ; "
        f"pan:relation relation:implements ; pan:evidenceLevel evidencelevel:{level} ; pan:from {work} ; "
        f"pan:to instrument:{text} .\n"
    )


def leads(body: str, work: str, level: str = "plan", role: str = "lead") -> str:
    name = f"{body}-{work}".replace(":", "-")
    return (
        f"involvement:{name} pan:involves body:{body} ; pan:involvedIn {work} ; pan:role role:{role} ; "
        f"pan:evidenceLevel evidencelevel:{level} .\n"
    )


def cites(
    name: str, source: str, target: str, *, certainty: str = "stated", level: str = "plan"
) -> str:
    return (
        f"link:{name} pan:linkType linktype:cross-reference ; pan:status linkstatus:accepted ; "
        f"pan:channel channel:text ; pan:certainty certainty:{certainty} ; "
        f"pan:evidenceLevel evidencelevel:{level} ; pan:from {source} ; pan:to {target} .\n"
    )


def store_of(turtle: str) -> LocalStore:
    store = ox.Store()
    graph = ox.NamedNode("https://w3id.org/pan2kg/graph/test")
    turtle += "\nrelation:implements pan:useClass 1 ."
    store.load(PREFIXES + turtle, format=ox.RdfFormat.TURTLE, to_graph=graph)
    return LocalStore(store)


LONG = "Une mesure dont le titre est assez long pour être coupé"


def synthetic(plans: int, actions: int, label: str = LONG) -> LocalStore:
    title = str(ox.Literal(label, language="fr"))
    lines = [f"instrument:i{n} a pan:LegalAct ; skos:prefLabel {title} ." for n in range(12)]
    lines += [
        f"body:b{n} skos:prefLabel {title} ; dcterms:type bodytype:ministry ." for n in range(3)
    ]
    for p in range(plans):
        lines.append(f"plan:p{p} a pan:Plan ; skos:prefLabel {title} ; dcterms:identifier 'p{p}' .")
        for a in range(actions):
            it = f"action:p{p}-{a}"
            text = f"i{(a * 5 + p) % 11}"
            lines.append(f"{it} a pan:Action ; skos:prefLabel {title} ; pan:inPlan plan:p{p} .")
            lines.append(f"{it} skos:notation '{p}.{a}' .")
            if a % 4:
                lines += [rests(it, text), leads(f"b{a % 3}", it)]
            lines += [cites(f"c{p}-{a}", it, f"plan:p{(p + 1) % plans}")] if a % 7 == 1 else []
    lines += [
        f"obligation:o{n} a pan:Obligation ; skos:prefLabel {title} ; pan:underInstrument instrument:i{n} ; "
        f"pan:dueDate '20{10 + n}-05-01'^^xsd:date ."
        for n in range(12)
    ]
    return store_of("\n".join(lines))


def drawn(
    kind: str,
    store: Store,
    language: Language = "fr",
    release: str = "",
    **parameters: Any,  # noqa: ANN401
) -> Picture:
    return draw(
        kind,
        Graph(Project.packaged(), store, language=language, as_of=DAY, release=release),
        **parameters,
    )


SMALL = f"""
{rests("action:p-1", "law")}{rests("action:p-10", "other")}{rests("action:q-1", "law")}
plan:p a pan:Plan ; skos:prefLabel "Plan P"@fr ; dcterms:identifier "p" .
plan:q a pan:Plan ; skos:prefLabel "Plan Q"@fr ; dcterms:identifier "q" .
plan:r a pan:Plan ; skos:prefLabel "Plan R"@fr ; dcterms:identifier "r" .
action:p-1 a pan:Action ; skos:prefLabel "Agir"@fr ; pan:inPlan plan:p ; skos:notation "1" .
action:p-2 a pan:Action ; skos:prefLabel "Sans texte"@fr ; pan:inPlan plan:p ; skos:notation "2" .
action:p-10 a pan:Action ; skos:prefLabel "Autre"@fr ; pan:inPlan plan:p ; skos:notation "10" .
action:q-1 a pan:Action ; skos:prefLabel "Bâtir"@fr ; pan:inPlan plan:q .
action:r-1 a pan:Action ; skos:prefLabel "Créer"@fr ; pan:inPlan plan:r .
instrument:law a pan:LegalAct ; skos:prefLabel "Loi"@fr .
{cites("c", "plan:q", "plan:p")}
obligation:late a pan:Obligation ; skos:prefLabel "En retard"@fr ; pan:underInstrument instrument:law ;
    pan:dueDate "2021-12-17"^^xsd:date .
obligation:year a pan:Obligation ; skos:prefLabel "Une année"@fr ; pan:underInstrument instrument:law ;
    pan:dueDate "2022" .
instrument:act eli:transposes instrument:law ; eli:date_document "2023-05-16"^^xsd:date ; skos:prefLabel "Acte"@fr .
"""


def flat(picture: Picture) -> list[Mark]:
    return [mark for mark, _ in Group(picture.drawing.marks).flat()]


def labels(drawing: Drawing) -> Iterator[tuple[Label, tuple[float, float, float, float]]]:
    for mark, (x, y) in Group(drawing.marks).flat():
        if isinstance(mark, Label):
            left, top, right, bottom = mark.bounds()
            yield mark, (left + x, top + y, right + x, bottom + y)


def hatches(picture: Picture) -> int:
    # that of the legend apart
    return sum(isinstance(mark, Hatch) for mark in flat(picture)) - 1


def texts(picture: Picture) -> list[str]:
    return [label.text for label, _ in labels(picture.drawing)]


def misplaced(drawing: Drawing) -> list[object]:
    """Texts beyond the sheet, and pairs of level ones whose letters would touch. Capitals reach to 0.78 of the size
    above the line."""
    wrong: list[object] = [
        label.text
        for label, (left, top, right, bottom) in labels(drawing)
        if left < 0 or top < 0 or right > drawing.width or bottom > drawing.height
    ]
    boxes = sorted(
        (left, right, bottom - 1.03 * label.font.size, bottom - 0.05 * label.font.size, label.text)
        for label, (left, _, right, bottom) in labels(drawing)
        if not label.turn and label.text.strip()
    )
    for at, (_, right, top, bottom, text) in enumerate(boxes):
        for left, _, other_top, other_bottom, other in boxes[at + 1 :]:
            if left >= right:
                break
            if top < other_bottom and other_top < bottom:
                wrong.append((text, other))
    return wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_pictures_of_the_shipped_graph_are_sound_and_the_same_each_time(
    graph: Graph, language: Language
) -> None:
    spoken = Graph(graph.project, graph.store, language=language, as_of=DAY)
    for at, kind in enumerate(PICTURES):
        picture = draw(kind, spoken)
        root = ET.fromstring(picture.svg)
        told = {
            element.get("id", ""): " ".join("".join(element.itertext()).split())
            for element in root.iter()
        }
        title, *said = (told[name] for name in root.attrib["aria-labelledby"].split())
        assert root.findtext(f"{SVG}title") == picture.title, kind
        words = [" ".join(words.split()) for words in (picture.title, picture.description)]
        assert [title, " ".join(said)] == words, "what is drawn tells it to those who do not see"
        assert picture.table.rows, kind
        assert not misplaced(picture.drawing), kind
        assert "pan2kg" in " ".join(texts(picture)[-4:]), kind
        assert not [part for part in ACTIVE if part in picture.svg], kind
        assert picture.svg.count("http") == picture.svg.count("http://www.w3.org/2000/svg"), kind
        if LANGUAGES[at % len(LANGUAGES)] == language:
            again = drawn(kind, graph.store, language)
            assert (picture.svg, picture_bytes(picture, ".csv")) == (
                again.svg,
                picture_bytes(again, ".csv"),
            ), kind


UNSET = {
    "fill": "", "stroke": "none", "stroke-width": "1", "stroke-dasharray": "none", "font-size": "",
    "font-weight": "normal", "text-anchor": "start",
}  # fmt: skip
"""What SVG has a mark look like where nothing says so."""


def looks(element: ET.Element, style: dict[str, str]) -> Iterator[tuple[object, ...]]:
    # what each mark looks like; what is straight has nothing to fill
    style = style | {name: value for name, value in element.attrib.items() if name in UNSET}
    kind = element.tag.removeprefix(SVG)
    (fill, stroke, *pen, size, weight, anchor) = style.values()
    if kind in ("text", "tspan"):
        yield "text", size, weight == "bold", anchor, fill
    elif kind in ("path", "circle"):
        is_filled = kind == "circle" or not {*"cz"}.isdisjoint(element.attrib["d"])
        yield kind, fill if is_filled else "", stroke, *(pen if stroke != "none" else ())
    for inner in element:
        yield from looks(inner, style)


@pytest.mark.parametrize("kind", PICTURES)
def test_in_a_page_stand_the_marks_alone_and_look_the_same_and_a_link_has_a_name(
    graph: Graph, kind: str
) -> None:
    picture = draw(
        kind,
        graph.spoken("fr"),
        address=lambda iris: "../a/{}.html".format("--".join(map(key, iris))),
    )
    page = picture.inner("heading")
    (width, height, down) = picture.size
    root = ET.fromstring(page)
    marks = (Group(picture.marks, shift=(EDGING, EDGING + down)),)
    drawing = Drawing(width + 2 * EDGING, height + 2 * EDGING, "", "", "fr", marks)
    each = [
        (svg.written(label.font.size), label.font.bold, label.anchor)
        for label, _ in labels(drawing)
    ]
    drawn_as = [*looks(root, UNSET)]
    assert [look[1:4] for look in drawn_as if look[0] == "text"] == each
    assert drawn_as == [*looks(ET.fromstring(drawing.svg()), UNSET)]
    assert all(
        (text.attrib["x"] + text.attrib["y"]).removeprefix("-").isdecimal()
        for text in root.iter("text")
    )
    assert all(link.findtext("title") or [*link.iter("text")] for link in root.iter("a"))
    assert ("xmlns" in page, root.find("title"), len(page) < len(picture.svg)) == (
        False,
        None,
        True,
    )
    assert kind in ("action-matrix", "ministries") or not misplaced(drawing), "these are in no page"


LABELS = {
    "many": LONG, "hostile": HOSTILE, "wide": "x" * 3000, "long": "mot " * 600, "han": "漢字" * 200, "none": "",
    "marks": "\u202e\u0301\u00ad", "capitals": "WWW " * 50,
}  # fmt: skip


@pytest.mark.parametrize("named", LABELS)
def test_pictures_of_many_plans_and_of_any_title_stay_legible_text_in_its_place(named: str) -> None:
    store = synthetic(8, 60) if named == "many" else synthetic(3, 5, LABELS[named])
    allowed = {"svg", "g", "a", "rect", "circle", "path", "text", "tspan", "title"}
    for kind in PICTURES:
        picture = drawn(
            kind, store, **({"other": "p1"} if (kind, named) == ("action-matrix", "many") else {})
        )
        assert not [
            text
            for text in misplaced(picture.drawing)
            if named != "hostile" or isinstance(text, str)
        ], kind
        assert min(label.font.size for label, _ in labels(picture.drawing)) >= 8.5, kind
        assert picture.drawing.width < 2000, kind
        assert {
            element.tag.removeprefix(SVG) for element in ET.fromstring(picture.svg).iter()
        } <= allowed, kind
        assert named != "hostile" or "&lt;script&gt;" in picture.svg, kind


def test_what_was_not_assessed_is_hatched_and_empty_in_the_table() -> None:
    picture = drawn("plan-matrix", store_of(SMALL), plans="p,q,r")
    rows = cells(picture, "shares", "weight", "shared_texts", "evidence_level")
    assert rows == [
        ("yes", "0.415037", "1", "plan"),
        ("unread", "", "", ""),
        ("unread", "", "", ""),
    ]
    own = drawn("plan-matrix", store_of(SMALL + rests("plan:r", "law")), plans="p,r")
    assert cells(own, "shares", "shared_texts") == [("yes", "1")], (
        "what a plan says of itself counts too"
    )
    cited = [
        one for row in cells(picture, "citation_one_to_two", "citation_two_to_one") for one in row
    ]
    assert (cited.count("seen"), cited.count("undated")) == (1, 5)
    assert hatches(picture) == 2 + 5


def test_what_is_read_in_full_is_not_hatched() -> None:
    read = "".join(
        f"reading:{n} a pan:Reading ; pan:readsWork plan:{n} ; pan:aspect aspect:texts ; "
        f"pan:extent readingextent:full .\nplan:{n} pan:listCompleteness completeness:complete .\n"
        for n in "pqr"
    )
    picture = drawn("plan-matrix", store_of(SMALL + read), plans="p,q,r")
    assert cells(picture, "shares", "weight") == [("yes", "0.415037"), ("no", "0"), ("no", "0")]
    assert hatches(picture) == 5, "who cites whom was not read"
    assert hatches(drawn("action-matrix", store_of(SMALL + read), plan="p")) == 0
    actions = drawn("action-matrix", store_of(SMALL), plan="p")
    assert (cells(actions, "shares", "weight"), hatches(actions)) == ([("unread", "")] * 3, 6)
    assert [text for text in texts(actions) if text in ("1", "2", "10")][:3] == ["1", "2", "10"]


def test_the_matrix_of_plans_draws_what_its_table_says(graph: Graph) -> None:
    picture = drawn("plan-matrix", graph.store, language="en", top=12)
    shown = [f"{float(row[0]):.2f}" for row in cells(picture, "weight") if row[0]]
    bold = [
        label.text
        for label, _ in labels(picture.drawing)
        if label.font.bold and label.font.size == 13
    ]
    assert sorted(bold) == sorted(shown)
    ways = [
        one for row in cells(picture, "citation_one_to_two", "citation_two_to_one") for one in row
    ]
    drawn_ways = [text for text in texts(picture) if text[:2] in ("→ ", "← ")]
    bows = [
        mark
        for mark in flat(drawn("lanes", graph.store, evidence="editors"))
        if isinstance(mark, Line)
    ]
    widths = {mark.pen.width for mark in bows if mark.curved and mark.pen and mark.pen.dash}
    assert round(max(widths), 3) == 4.8, "four times the width of the pen for what shares most"
    assert len(drawn_ways) == ways.count("seen") > 0
    assert any(text.startswith("216 other plans") for text in texts(picture))


@pytest.mark.parametrize("kind", ["plan-matrix", "action-matrix", "lanes", "ministries", "ego"])
def test_a_picture_says_its_level_and_draws_nothing_weaker(kind: str) -> None:
    facts = SMALL + rests("action:r-1", "law", "editors") + leads("m", "action:p-1", "editors")
    facts += 'body:m dcterms:type bodytype:ministry ; skos:prefLabel "M"@fr .' + rests(
        "action:p-2", "law", "editors"
    )
    firm, weak = (
        drawn(kind, store_of(facts), evidence=level, language="en") for level in ("", "editors")
    )
    assert "according to plans and official sources" in firm.description
    assert "with what the editors concluded" in weak.description
    assert firm.table != weak.table


def test_a_late_act_is_drawn_a_year_is_no_date_and_what_recurs_says_when_it_is_due_again() -> None:
    picture = drawn("timeline", store_of(SMALL), "en")
    assert [(row[1], *row[5:7], row[10]) for row in named_rows(picture)] == [
        ("En retard", "late", "late", "515"),
        ("Une année", "due-unknown", "due unknown", ""),
    ]
    assert ("515 days late" in texts(picture), hatches(picture)) == (True, 1)
    recurring = store_of(f"{SMALL}\nobligation:late pan:recursEvery 'P6Y'^^xsd:duration .")
    for language, words in (
        ("fr", "échéance : 17/12/2021, puis 17/12/2027"),
        ("en", "due 2021-12-17, then 2027-12-17"),
        ("de", "fällig am 17.12.2021, dann am 17.12.2027"),
    ):
        assert words in [
            text.replace("\u00a0", " ") for text in texts(drawn("timeline", recurring, language))
        ]


def test_a_nought_of_ministries_is_said_only_of_a_list_that_was_read_to_its_end() -> None:
    ministries = "".join(
        f"body:{n} dcterms:type bodytype:ministry ; skos:prefLabel '{n}'@fr .\n" for n in "mn"
    )
    turtle = SMALL + leads("m", "action:q-1") + leads("n", "action:p-1") + ministries
    turtle += "plan:e a pan:Plan ; skos:prefLabel 'Plan E'@fr ; dcterms:identifier 'e' .\n" + leads(
        "n", "plan:e"
    )
    shown = {}
    for is_whole in (False, True):
        whole = "plan:q pan:listCompleteness completeness:complete .\n" if is_whole else ""
        picture = drawn("ministries", store_of(turtle + whole), plans="q,e")
        shown[is_whole] = {(row[1], row[3]): row[5] for row in named_rows(picture)}
        assert texts(picture).count("0") == is_whole
    assert shown[False] == {
        ("m", "Plan Q"): "1",
        ("m", "Plan E"): "",
        ("n", "Plan Q"): "",
        ("n", "Plan E"): "",
    }
    assert shown[True] == shown[False] | {("n", "Plan Q"): "0"}


def test_unverified_statements_and_candidates_leak_into_no_picture() -> None:
    more = cites("x", "plan:p", "plan:r").replace("accepted", "candidate")
    more += cites("y", "plan:p", "plan:r", certainty="unverified") + cites(
        "z", "plan:p", "plan:r", level="machine"
    )
    assert (
        drawn("lanes", store_of(SMALL + more), plan="p").svg
        == drawn("lanes", store_of(SMALL), plan="p").svg
    )


@pytest.mark.parametrize(
    ("kind", "parameters", "says"),
    [
        ("plan-matrx", {}, "Did you mean plan-matrix"),
        ("plan-matrix", {"plan": "lu-bhr-3"}, "Did you mean"),
        ("plan-matrix", {"top": "many"}, "whole number"),
        ("plan-matrix", {"top": 1}, "from 2"),
        ("plan-matrix", {"top": 99}, "2 to 24"),
        ("plan-matrix", {"plans": "lu-bhr-2"}, "2 to 24"),
        ("plan-matrix", {"colour": "red"}, "has no parameter"),
        ("action-matrix", {"plan": "lu-data-1"}, "actions of the graph none is of"),
        ("ego", {"action": "lu-bhr-2-9-9"}, "Did you mean"),
        ("lanes", {"plan": "lu-cooperation-report-2020-m1"}, "is no plan"),
    ],
)
def test_wrong_use_is_one_sentence_with_a_remedy(
    graph: Graph, kind: str, parameters: dict[str, Any], says: str
) -> None:
    with pytest.raises(QueryError, match=says):
        drawn(kind, graph.store, **parameters)
    for name in PICTURES:
        with pytest.raises(ProjectError, match="no action"):
            drawn(name, LocalStore(ox.Store()))


def test_marks_lead_where_the_address_says_and_nowhere_dangerous() -> None:
    linked = drawn(
        "plan-matrix",
        store_of(SMALL),
        plans="p,q",
        address=lambda iris: f"pairs/{len(iris)}.html?a=1&b=2",
    )
    assert 'href="pairs/2.html?a=1&amp;b=2"' in linked.svg
    assert (
        "href"
        not in drawn(
            "plan-matrix", store_of(SMALL), plans="p,q", address=lambda _: "javascript:alert(1)"
        ).svg
    )


def cells(picture: Picture, *columns: str) -> list[tuple[str, ...]]:
    return list(zip(*(picture.table.values(name) for name in columns), strict=True))


def named_rows(picture: Picture) -> list[tuple[str, ...]]:
    return cells(picture, *picture.table.columns)
