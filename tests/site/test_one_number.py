"""One caption, one number: what several surfaces say in the same words they count with one function."""

import csv
import io
import re

import pan2kg
from pan2kg.charts.registry import draw, picture_bytes
from pan2kg.coherence.evidence import FIGURED
from pan2kg.coherence.obligations import unanswered
from pan2kg.graph.graph import Graph
from pan2kg.tables.kinds import TableChoice, table_kinds
from pan2kg.tables.table import Value
from tests.site.conftest import Reader

PLAN = "lu-bhr-2"
SAID = (
    "past its day, no answer seen",
    "échue, aucune réponse vue",
    "überfällig, keine Antwort gesehen",
)
AHEAD = {"en": "not yet due", "fr": "pas encore échue", "de": "noch nicht fällig"}


def rows_of(name: str, graph: Graph, **chosen: object) -> list[dict[str, Value]]:
    choice = TableChoice(**chosen)  # type: ignore[arg-type]
    return [dict(row) for row in table_kinds()[name].make(graph, choice).rows]


def gap(graph: Graph, kind: str, **chosen: object) -> tuple[Value, Value]:
    (row,) = (row for row in rows_of("gaps", graph, **chosen) if row["gap"] == kind)
    return row["gaps_number"], row["gaps_of"]


def picture_rows(graph: Graph, name: str, **chosen: object) -> list[dict[str, str]]:
    text = picture_bytes(draw(name, graph, **chosen), ".csv").decode()  # type: ignore[arg-type]
    return [*csv.DictReader(io.StringIO(text))]


def test_actions_with_a_body_are_as_many_on_each_surface(dated: pan2kg.Graph) -> None:
    for level in FIGURED:
        (trusted,) = rows_of("trust", dated, plans=(PLAN,), evidence=level)
        without, looked_at = gap(dated, "action-without-body", plans=(PLAN,), evidence=level)
        drawn = picture_rows(dated, "ministries", plan=PLAN, evidence=level)
        of_plan = {row["actions_with_body"] for row in drawn if row["plan"].endswith(f"/{PLAN}")}
        assert isinstance(looked_at, int)
        assert isinstance(without, int)
        number = trusted["with_body"]
        assert number == looked_at - without, level
        assert of_plan == {str(number)}, level
    # whoever says so, the table of fields counts as the weakest level does, and its heading says it
    fields = rows_of("completeness", dated, plans=(PLAN,), everything=True)
    assert sum(row["body"] == "present" for row in fields) == number
    english = table_kinds()["completeness"].make(dated.spoken("en"), TableChoice())
    (body,) = (column for column in english.columns if column.key == "body")
    assert "whoever" in body.heading.say("en")


def test_duties_without_an_answer_are_as_many_on_each_surface(
    dated: pan2kg.Graph, reader: Reader
) -> None:
    counted = tuple(unanswered(dated.margins()))
    assert gap(dated, "obligation-uncovered") == counted
    listed = rows_of("obligations", dated)
    assert sum(row["standing"] == "uncovered" for row in listed) == counted[0]
    assert sum(row["overdue"] is not None for row in listed) == counted[0]
    home = re.search(r'data-finding="overdue">(\d+)<.*?</li>', reader["fr/index.html"], re.DOTALL)
    assert home
    numbers = re.findall(r"\d+", re.sub(r"<[^>]+>", " ", home[0].partition(">")[2]))
    assert tuple(map(int, numbers[:2])) == counted


def test_what_is_due_later_is_not_yet_due_and_what_is_past_says_how_long(
    dated: pan2kg.Graph,
) -> None:
    for language, words in AHEAD.items():
        graph = dated.spoken(language)
        drawn = {row["obligation"]: row for row in picture_rows(graph, "timeline")}
        for row in rows_of("obligations", graph):
            day = str(row["due"] or "")
            is_answered = row["margin"] is not None
            picture = drawn.get(str(row["obligation"]))
            if not day or is_answered:
                continue
            if day >= dated.as_of.isoformat():
                assert row["standing"] == row["met"] == "not-yet-due"
                assert row["standing_label"] == row["met_label"] == row["overdue_label"] == words
                assert row["overdue"] is None
            elif row["holder_basis"] == "recorded":
                assert row["standing_label"] in SAID
                assert isinstance(row["overdue"], int)
                assert row["overdue"] > 0
                assert row["overdue"] == row["overdue_label"]
            else:
                # past its day, and nobody looked for an answer: neither 0 nor « no »
                assert (row["standing"], row["overdue"]) == ("not-assessed", None)
            if picture:
                assert picture["standing_label"] == row["standing_label"]
                assert picture["overdue_days"] == str(row["overdue"] or "")


def test_no_ministry_has_a_nought_where_nobody_read(dated: pan2kg.Graph) -> None:
    for row in picture_rows(dated, "ministries"):
        assert "0" not in {row[key] for key in ("involved", "led", "actions_with_body", "actions")}
