"""``pan2kg add`` of every kind: what each shows, writes and refuses, and what the figures say after a reading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import pan2kg
from pan2kg.project import Project
from pan2kg.turtle.blocks import read_turtle_file
from pan2kg.turtle.writer import read_prefixes
from pan2kg.validation.style import check_style
from pan2kg.validation.wording import check_wording
from tests.copies import FEW, copy

if TYPE_CHECKING:
    from pan2kg.validation.report import Finding
    from tests.conftest import Cli

SAID: Final = ("--document", "mae-gouvernement-lu-fr-pan-2")
QUOTED: Final = (*SAID, "--quote", "Communiquer et sensibiliser")
PLAN: Final = "graph/plans/lu-bhr-2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy(tmp_path / "copy", FEW)


ADDED: Final[dict[str, tuple[list[str], str, tuple[str, ...]]]] = {
    "link": (
        ["lu-bhr-2-1-1", "ungp", "--relation", "promotes", *QUOTED, "--page", "14"], PLAN + ".ttl",
        ("    pan:linkType linktype:uses-instrument ;", "    pan:relation relation:promotes ;", '    pan:page "14" ;',
         "passage:lu-bhr-2-1-1-ungp a pan:Passage ;"),
    ),
    "link between plans": (
        ["lu-bhr-2-1-1", "lu-climate-pact-2012", *QUOTED, "--certainty", "derived", "--note", "par le titre"],
        PLAN + ".ttl",
        ("    pan:linkType linktype:cross-reference ;", "    pan:channel channel:text ;",
         '    skos:editorialNote "par le titre"@fr ;', "    pan:certainty certainty:derived ."),
    ),
    "involvement": (
        ["lu-bhr-2-1-1", "MAEE", "--role", "support", "--role", "partner", "--as-stated", "appui@fr", *QUOTED],
        PLAN + ".ttl",
        ("involvement:lu-bhr-2-1-1-maee-support-partner a pan:Involvement ;", "    pan:involves body:maee ;",
         '    pan:roleAsStated "appui"@fr ;', '    pan:quote "Communiquer et sensibiliser"@fr ;'),
    ),
    "involvement nobody has verified": (
        ["lu-bhr-2-1-1", "maee", "--role", "chair", *SAID, "--note", "de mémoire", "--certainty", "unverified"],
        PLAN + "-unverified.ttl",
        ("involvement:lu-bhr-2-1-1-maee-chair a pan:Involvement ;", "    pan:certainty certainty:unverified ."),
    ),
    "action": (
        ["lu-bhr-1", "--number", "6.9", "--title", "Former les juges@fr", "--title", "Train judges@en",
         "--part", "lu-bhr-1-part-iii-nap", "--topic", "sdg:8", *SAID],
        "graph/plans/lu-bhr-1.ttl",
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
        ["link:6e97963c99814ce4", *SAID, "--quote", "minerais de conflit"], PLAN + ".ttl",
        ("    pan:evidence passage:6e97963c99814ce4 ;", "passage:6e97963c99814ce4 a pan:Passage ;"),
    ),
    "name": (
        ["MAEE", "Affaires étrangères@fr", "--name-kind", "popular-name", *SAID], "graph/names/titles.ttl",
        ("name:maee-popular-name-fr a skosxl:Label ;", '    skosxl:literalForm "Affaires étrangères"@fr ;'),
    ),
}  # fmt: skip


def test_what_is_added_is_shown_and_stands_in_its_file_in_house_style_once(
    cli: Cli, folder: Path
) -> None:
    dry = cli(
        "add", "name", *ADDED["name"][0], "--dry-run", "--project", str(folder), "--language", "fr"
    )
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
        assert not [line for line in done.stdout.splitlines()[2:] if line.startswith("-")], (
            "nothing else is changed"
        )
        faults = [(one.rule.key, str(one.place)) for one in _faults(folder, file)]
        assert not faults, case
        again = cli(*command)
        assert (again.returncode, again.stdout, again.stderr.count("\n")) == (2, "", 1), case
        assert file in again.stderr
        assert _files(folder) == after


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.ttl"))
    }


def _faults(folder: Path, file: str) -> list[Finding]:
    project = Project.at(folder)
    read = [read_turtle_file((folder / file).read_text("utf-8"), file)]
    prefixes = read_prefixes(project)
    found = [*check_style(read, prefixes), *check_wording(read, prefixes)]
    return [one for one in found if one.rule.key != "style-type-first"]


def test_a_warning_of_the_check_is_told_and_a_violation_refused(cli: Cli, folder: Path) -> None:
    lead = (
        "add",
        "involvement",
        "lu-bhr-2-3-1",
        "meco",
        "--role",
        "lead",
        *QUOTED,
        "--project",
        str(folder),
    )
    told = cli(*lead, "--language", "de")
    assert told.returncode == 0, told.stderr
    assert "two-leads-violation" in told.stderr
    other = cli(
        "add",
        "involvement",
        "lu-bhr-2-3-1",
        "indr",
        "--role",
        "support",
        *QUOTED,
        "--project",
        str(folder),
    )
    assert (other.returncode, other.stderr.count("\n")) == (0, 1), other.stderr
    refused = cli("add", "link", "lu-bhr-2", "lu-bhr-2-1-1", *QUOTED, "--project", str(folder))
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "pan:LinkShape-own-action" in refused.stderr


DOCUMENT: Final = "mae-gouvernement-lu-fr-pan-2"
READ: Final = (
    "--extent",
    "full",
    "--document",
    DOCUMENT,
    "--by",
    "A. Weber",
    "--date",
    "2026-05-04",
)


def test_a_reading_is_written_beside_its_plan_and_a_second_is_one_block_more(
    cli: Cli, folder: Path
) -> None:
    reading = ("add", "reading", "lu-bhr-2", "--aspect", "references", *READ)
    project = ("--project", str(folder))
    file = folder / f"{PLAN}-readings.ttl"
    elsewhere = "@prefix reading: <http://elsewhere.example/> .\n"
    file.write_text(elsewhere, encoding="utf-8")
    refused = cli(*reading, *project)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1), (
        "a prefix of another's"
    )
    assert ("readings.ttl" in refused.stderr, file.read_text(encoding="utf-8")) == (True, elsewhere)
    file.unlink()
    done = cli(*reading, *project)
    assert (done.returncode, done.stderr) == (0, f"Written into {PLAN}-readings.ttl.\n")
    new = file.read_text(encoding="utf-8")
    assert [line[1:] for line in done.stdout.splitlines()[3:]] == new.splitlines(), (
        "what was shown is what stands"
    )
    assert new.endswith(
        "reading:lu-bhr-2-references-2026-05-04 a pan:Reading ;\n"
        "    pan:readsWork plan:lu-bhr-2 ;\n"
        "    pan:aspect aspect:references ;\n"
        "    pan:extent readingextent:full ;\n"
        f"    pan:inDocument document:{DOCUMENT} ;\n"
        '    pan:readOn "2026-05-04"^^xsd:date ;\n'
        '    pan:reader "A. Weber" .\n'
    )
    second = cli(*reading, *project)
    assert (second.returncode, file.read_text(encoding="utf-8")) == (2, new), "the same is refused"
    assert f"stands in {PLAN}-readings.ttl already" in second.stderr
    other = cli(*reading[:-3], "B. Klein", *reading[-2:], *project)
    assert "reading:lu-bhr-2-references-2026-05-04-2 a pan:Reading" in other.stdout, (
        "another reader on the same day"
    )
    assert file.read_text(encoding="utf-8").startswith(new)
    lists = pan2kg.open_graph(folder).tables.lists
    plan = next(plan for plan, how in sorted(lists.items()) if how == "partial").rpartition("/")[2]
    partly = cli("add", "reading", plan, "--aspect", "texts", *READ, *project, "--language", "fr")
    assert "n’est pas donnée pour complète" in partly.stderr, (
        "the list of its actions: it is not read as a whole"
    )


def test_what_was_not_read_becomes_no_once_every_plan_was_read_in_full(
    cli: Cli, tmp_path: Path
) -> None:
    plans = ("lu-child-rights-2022", "lu-bhr-2", "lu-bhr-1")
    project = copy(tmp_path / "copy", plans)
    # the list of each is said to be complete
    for file in (project / "graph" / "plans").glob("*.ttl"):
        text = file.read_text(encoding="utf-8")
        file.write_text(
            text.replace("completeness:partial", "completeness:complete"), encoding="utf-8"
        )

    def read(plan: str) -> None:
        for aspect in ("texts", "references"):
            assert (
                cli(
                    "add", "reading", plan, "--aspect", aspect, *READ, "--project", str(project)
                ).returncode
                == 0
            )

    def said() -> tuple[str, str, set[str], set[str], object]:
        graph = pan2kg.open_graph(project)  # asked four times, and read once
        covered = {
            row["principle"].rpartition("/")[2]: row for row in graph.ask("uncovered-principles")
        }
        assert covered["ungp-6"]["covered"] == "yes"
        duties = {row["answered"] for row in graph.ask("obligations-without-action")}
        returned = {
            row["returned"]
            for row in graph.ask("plan-citations")
            if row["cited_plan"].rpartition("/")[2] in plans
        }
        (cell,) = [
            row["text_back"]
            for row in graph.table("matrix").rows
            if [str(row[end]).rpartition("/")[2] for end in ("one", "two")]
            == ["lu-bhr-1", "lu-child-rights-2022"]
        ]
        first = covered["ungp-4"]
        return first["covered"], first["actions"], duties, returned, cell

    assert said() == ("unread", "", {"unread"}, {"unread"}, "open")
    read(plans[0])
    assert said() == ("unread", "", {"unread"}, {"unread"}, "absent")
    for plan in plans[1:]:
        read(plan)
    assert said() == ("no", "0", {"no"}, {"no"}, "absent")
