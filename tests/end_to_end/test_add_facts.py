"""``pan2kg add`` link, involvement, action, document, passage and name: what each shows, writes and refuses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from pan2kg.project import Project
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.lines import check_style, check_wording
from tests.copies import FEW, copy

if TYPE_CHECKING:
    from pan2kg.validation.report import Finding
    from tests.conftest import Cli

SAID: Final = ("--document", "mae-gouvernement-lu-fr-pan-2")
QUOTED: Final = (*SAID, "--quote", "Communiquer et sensibiliser")
PLAN: Final = "graph/plans/lu-bhr-2/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped project with a few plans, to be written to."""
    return copy(tmp_path / "copy", FEW)


ADDED: Final[dict[str, tuple[list[str], str, tuple[str, ...]]]] = {
    "link": (
        ["lu-bhr-2-1-1", "ungp", "--relation", "promotes", *QUOTED, "--page", "14"], PLAN + "instruments.ttl",
        ("    pan:linkType linktype:uses-instrument ;", "    pan:relation relation:promotes ;", '    pan:page "14" ;',
         "passage:lu-bhr-2-1-1-ungp a pan:Passage ;"),
    ),
    "link between plans": (
        ["lu-bhr-2-1-1", "lu-climate-pact-2012", *QUOTED, "--certainty", "derived", "--note", "par le titre"],
        PLAN + "links.ttl",
        ("    pan:linkType linktype:cross-reference ;", "    pan:channel channel:text ;",
         '    skos:editorialNote "par le titre"@fr ;', "    pan:certainty certainty:derived ."),
    ),
    "involvement": (
        ["lu-bhr-2-1-1", "MAEE", "--role", "support", "--role", "partner", "--as-stated", "appui@fr", *QUOTED],
        PLAN + "involvements.ttl",
        ("involvement:lu-bhr-2-1-1-maee-support-partner a pan:Involvement ;", "    pan:involves body:maee ;",
         '    pan:roleAsStated "appui"@fr ;', '    pan:quote "Communiquer et sensibiliser"@fr ;'),
    ),
    "involvement nobody has verified": (
        ["lu-bhr-2-1-1", "maee", "--role", "chair", *SAID, "--note", "de mémoire", "--certainty", "unverified"],
        PLAN + "unverified.ttl",
        ("involvement:lu-bhr-2-1-1-maee-chair a pan:Involvement ;", "    pan:certainty certainty:unverified ."),
    ),
    "action": (
        ["lu-bhr-1", "--number", "6.9", "--title", "Former les juges@fr", "--title", "Train judges@en",
         "--part", "lu-bhr-1-part-iii-nap", "--topic", "sdg:8", *SAID],
        "graph/plans/lu-bhr-1/actions.ttl",
        ("action:lu-bhr-1-6-9 a pan:Action ;", '    skos:notation "6.9" ;', '    dcterms:identifier "lu-bhr-1-6-9" ;',
         "    pan:inCategory category:lu-bhr-1-part-iii-nap ;", "    pan:hasTopic sdg:8 ;"),
    ),
    "document": (
        ["mae-rapport-2021", "--title", "Rapport@fr", "--source-kind", "official-page", "--publisher", "MAEE",
         "--date", "2021-02", "--read-at", "https://mae.gouvernement.lu/rapport.html", "--speaks-for", "lu-bhr-2",
         "--author-kind", "public-authority"],
        "graph/sources/luxembourg-government.ttl",
        ("document:mae-rapport-2021 a pan:Document ;", '    dcterms:date "2021-02"^^xsd:gYearMonth ;',
         "    pan:speaksFor plan:lu-bhr-2 ;"),
    ),
    "passage": (
        ["link:6e97963c99814ce4", *SAID, "--quote", "minerais de conflit"], PLAN + "instruments.ttl",
        ("    pan:evidence passage:6e97963c99814ce4 ;", "passage:6e97963c99814ce4 a pan:Passage ;"),
    ),
    "name": (
        ["MAEE", "Affaires étrangères@fr", "--name-kind", "popular-name", *SAID], "graph/names/titles.ttl",
        ("name:maee-popular-name-fr a skosxl:Label ;", '    skosxl:literalForm "Affaires étrangères"@fr ;'),
    ),
}  # fmt: skip


def test_what_is_added_is_shown_and_stands_in_its_file_in_house_style_once(cli: Cli, folder: Path) -> None:
    """All of it goes into one copy, one after the other; the same again is refused with the place where it stands."""
    dry = cli("add", "name", *ADDED["name"][0], "--dry-run", "--project", str(folder), "--language", "fr")
    assert '+    skosxl:literalForm "Affaires étrangères"@fr ;' in dry.stdout
    assert dry.stderr.startswith("Rien n’a été écrit")
    for case, (arguments, file, lines) in ADDED.items():
        command = ("add", case.split()[0], *arguments, "--project", str(folder))
        before = _files(folder)
        done = cli(*command)
        assert (done.returncode, done.stderr) == (0, f"Written into {file}.\n"), case
        after = _files(folder)
        assert {name for name in after if after[name] != before.get(name)} == {file}, case
        new = after[file].splitlines()
        assert set(lines) <= set(new), case
        shown = [line[1:] for line in done.stdout.splitlines()[2:] if line.startswith("+")]
        assert set(shown) <= set(new), "what was shown stands there"
        assert not [line for line in done.stdout.splitlines()[2:] if line.startswith("-")], "nothing else is changed"
        faults = [(one.rule.key, str(one.place)) for one in _faults(folder, file)]
        assert not faults, case
        again = cli(*command)
        assert (again.returncode, again.stdout, again.stderr.count("\n")) == (2, "", 1), case
        assert file in again.stderr
        assert _files(folder) == after


def _files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.ttl"))}


def _faults(folder: Path, file: str) -> list[Finding]:
    """Faults of style, wording and keys in a file by itself: what others say of its subjects is not looked at."""
    project = Project.at(folder)
    read, prefixes = [read_turtle_file((folder / file).read_text("utf-8"), file)], read_prefixes(project)
    found = [*check_style(read, prefixes), *check_wording(read, prefixes)]
    return [one for one in found if one.rule.key != "style-type-first"]


def test_a_warning_of_the_check_is_told_and_a_violation_refused(cli: Cli, folder: Path) -> None:
    """A fault that stands there already is nobody’s who adds something else."""
    lead = ("add", "involvement", "lu-bhr-2-3-1", "meco", "--role", "lead", *QUOTED, "--project", str(folder))
    told = cli(*lead, "--language", "de")
    assert told.returncode == 0, told.stderr
    assert "two-leads-violation" in told.stderr
    other = cli("add", "involvement", "lu-bhr-2-3-1", "indr", "--role", "support", *QUOTED, "--project", str(folder))
    assert (other.returncode, other.stderr.count("\n")) == (0, 1), other.stderr
    refused = cli("add", "link", "lu-bhr-2", "lu-bhr-2-1-1", *QUOTED, "--project", str(folder))
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "pan:LinkShape-own-action" in refused.stderr


def test_a_draft_takes_its_actions_and_a_project_of_ones_own_its_documents(cli: Cli, tmp_path: Path) -> None:
    assert cli("init", "mine", "--country", "be").returncode == 0
    file = tmp_path / "mine/graph/plans/be-example-1/plan.ttl"
    file.write_text(file.read_text("utf-8").replace("pan:measureCount 1 ;", "pan:measureCount 2 ;"), "utf-8")
    plan = ("add", "action", "be-example-1", "--number", "2", "--title", "Former@fr", "--project", "mine")
    done = cli(*plan, "--document", "be-example-1-text")
    assert done.returncode == 0, done.stderr
    assert "action:be-example-1-2 a pan:Action ;" in file.read_text("utf-8")
    new = cli("add", "document", "texte-1", "--title", "Texte@fr", "--source-kind", "memory", "--project", "mine")
    assert new.returncode == 0, new.stderr
    assert (tmp_path / "mine/graph/sources/documents.ttl").is_file()
    quoted = ("--document", "texte-1", "--quote", "Former", "--project", "mine")
    link = cli("add", "link", "be-example-1-2", "ungp", *quoted, "--language", "fr")
    assert link.returncode == 0, link.stderr
    assert cli("check", "--project", "mine").returncode == 0
