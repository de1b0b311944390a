"""What is narrower than a cross-reference is a citation, and who implements a plan makes it his origin."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib import SKOS

from pan2kg.coherence.citations import CITING, CROSS_REFERENCES, Dates, PlanStatement, chronology, feasible, years
from pan2kg.coherence.evidence import Level, Works
from pan2kg.review.decision import TYPES as REVIEWED
from pan2kg.turtle.vocabulary import ID

SCHEME = Path(__file__).resolve().parents[2] / "ontology" / "schemes" / "linktype.ttl"
WORKS = Works(("p", "q"), {})
DATES = {"p": Dates(adopted=years(2020)), "q": Dates(adopted=years(2020))}


def test_the_types_named_in_code_are_the_cross_reference_and_what_is_narrower() -> None:
    scheme = rdflib.Graph().parse(SCHEME)
    narrower = {str(one) for one in scheme.subjects(SKOS.broader, rdflib.URIRef(f"{ID}linktype/cross-reference"))}
    assert {f"{ID}linktype/{name}" for name in CROSS_REFERENCES} == {f"{ID}linktype/cross-reference", *narrower}
    assert {*CROSS_REFERENCES, "succession", "builds-on"} == CITING
    assert {*CROSS_REFERENCES} <= {*REVIEWED}


@pytest.mark.parametrize("kind", ["in-line-with", "implementing", "part-of"])
def test_a_finer_type_with_a_channel_is_a_citation_and_without_one_a_statement(kind: str) -> None:
    cited = chronology(WORKS, [PlanStatement("p", "q", kind, channel="text")], DATES)
    assert cited.seen("p", "q", Level.PLAN)
    together = chronology(WORKS, [PlanStatement("p", "q", kind)], DATES)
    assert not together.seen("p", "q", Level.PLAN)
    assert ("p", "q") in together.together


def test_a_plan_that_another_implements_could_not_cite_it() -> None:
    days = {"p": Dates(adopted=years(2020)), "q": Dates(adopted=years(2021))}
    found = {
        kind: feasible(chronology(WORKS, [PlanStatement("p", "q", kind, channel="text")], days), "q", "p")
        for kind in ("implementing", "in-line-with")
    }
    assert found == {"implementing": False, "in-line-with": True}
