"""The role a text gives a body: by the label of its field, else by words of responsibility right beside the name."""

from __future__ import annotations

import pytest

from pan2kg.extract.document import Document, DocumentBlock, laid
from pan2kg.extract.names import Mention, keys, role_of
from pan2kg.project import Project


def role(text: str, kind: str = "paragraph", name: str = "X") -> str:
    """The role of X in a text whose paragraphs are parted by a blank line."""
    blocks = [DocumentBlock(None, None, kind, one) for one in text.split("\n\n")]  # type: ignore[arg-type]
    document = Document("plan.txt", "", "txt", None, laid(blocks))
    at = document.text.rindex(name)
    found = role_of(document, Mention(at, at + len(name), name, "i", "body", "name"))
    return found.key if found else ""


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Pilotage", "steering"), ("Présidence", "chair"), ("Chair", "chair"), ("Membres", "member"),
        ("Signatories", "signatory"), ("Zuständige Behörden", "competent-authority"), ("Herausgeber", "publisher"),
    ],
)  # fmt: skip
def test_a_role_is_known_by_its_own_name_as_a_label(label: str, expected: str) -> None:
    assert role(f"{label} : X") == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Responsable : ministère X", "responsible"), ("Responsable(s) : X", "responsible"),
        ("Chef de file : X", "lead"), ("Acteurs impliqués : la ville, X", "collaboration"), ("Lead: X", "lead"),
        ("Federführung: X", "lead"), ("Zuständigkeit: X", "responsible"), ("Partners: Y, X", "partner"),
        ("Chef de file : Y ; Partenaires : X", "partner"), ("Responsables\n\nX", "responsible"),
        ("Contexte : X", "named-in-text"), ("X coordonne les travaux.", "coordination"),
        ("Le plan est mis en œuvre par le X.", "implementation"), ("The study is led by the X.", "lead"),
        ("X ist federführend.", "lead"), ("Main Coordinating Authority: X", "lead"),
        ("X led the drafting.", "drafting"), ("X is responsible for coordinating it.", "coordination"),
        ("X a approuvé le plan.", "adopter"), ("En collaboration avec X, le plan avance.", "collaboration"),
        ("Un rapport de X est cité.", ""), ("Le plan prévoit que tous y gagnent. X est cité.", ""),
        ("Chef de file : Y. La ville aide X.", ""), ("Le responsable salue X.", ""),
        ("Ce que prévoient les textes du plan en vigueur : X", ""),
    ],
)  # fmt: skip
def test_a_label_or_the_words_beside_a_name_give_the_role(text: str, found: str) -> None:
    assert role(text) == found


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("Mesure\tResponsable\nFormer\tX", "responsible"),
        ("Partenaires\tX", "partner"),
        ("Mesure\tDélai\nFormer\tX", ""),
    ],
)
def test_the_head_of_a_column_or_row_is_a_label(table: str, found: str) -> None:
    assert role(table, "table") == found


@pytest.mark.parametrize(
    "said", ["Acteurs", "Contexte", "Ministère", "Suivi", "Bodies", "Stellen", "Responsible", "Qui"]
)
@pytest.mark.parametrize("frame", ["{said} : X", "X, {said}", "{said} et X agissent", "{said}\tX"])
def test_no_lead_is_proposed_without_words_that_say_so(said: str, frame: str) -> None:
    assert role(frame.format(said=said), "table" if "\t" in frame else "paragraph") != "lead"


def test_every_role_that_may_be_proposed_is_one_of_the_scheme() -> None:
    scheme = (Project.packaged().ontology / "schemes" / "role.ttl").read_text("utf-8")
    assert not [key for key in keys() if f"\nrole:{key} " not in scheme]
