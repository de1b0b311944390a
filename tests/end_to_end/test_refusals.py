"""Wrong use of any command is one sentence with what to do, exit 2, and nothing written or changed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    import pan2kg
    from tests.conftest import Cli

CASES: Final = r"""
ask shared-instrument => no question « shared-instrument ».*shared-instruments
ask actions-of-plan --plam x => no parameter « plam ».*plan
ask actions-of-plan --plan lu-bhr-3 => « lu-bhr-3 ».*lu-bhr-[12]
ask actions-of-plan --plan => --name value
ask "fr/question/plans.html?as-of=2015-12-31&release=0.1.0" --as-of 2021-12-31 => fixes the day 2015-12-31, and --as-of
ask https://e.lu/fr/plan/lu-bhr-2.html => This is no link to a question. It has /question/NAME.html
ask plans --as-of 2015-12-31 --endpoint http://127.0.0.1:9/ => Leave out --endpoint
ask why-linked --one lu-bhr-2-4-3 => needs a value for --two: another action or plan
ask --lst => no option and no parameter « lst ». Did you mean --list\?
ask affected-by-instrument --instrument lu-bhr-2 => is a plan, and --instrument takes an instrument
ask loss-if-dropped --plan lu-bhr-2 => no option and no parameter « plan »
ask loss-if-dropped --least-level best => There is no level « best »
ask actions-of-plan --plan lu-bhr-2-4-3 => takes a plan. Its plan is lu-bhr-2
ask actions-of-plan --plan "http://e/> . ?s ?p ?o" => is no IRI
ask actions-of-plan --plan '"} UNION {?s ?p ?o}' => Nothing in the graph
ask plans --endpoint http://127.0.0.1:9/q => cannot be reached
ask plans --endpoint "http://[::1/x" => no address of an endpoint
ask plans --project . => no ontology/ and graph/ and queries/.*pan2kg init
ask plans --format turtle => cannot be written as turtle
ask plans --cache good.txt/cache => Cannot use this cache folder
ask plans -o no/such/folder.csv => Cannot write there.*Nothing was changed
sparql "DROP ALL" => DROP is refused: this store is read only
sparql "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }" => SERVICE is refused
sparql bad.rq => bad.rq:3:2: The query is not SPARQL
sparql none.rq => none.rq: Cannot read the file \(no such file or directory\)
sparql "CONSTRUCT {} {}" --format json => cannot be written as json
check --project nowhere => nowhere: There is no such folder
check --endpoint http://127.0.0.1:9/ --engine pyshacl => pyshacl reads files. Leave out --engine or --endpoint
draft empty.txt --plan be-bhr-1 => empty.txt
draft good.txt --plan "Bad Key" => Bad Key
init . --country be => Something is there already
init be --country xx => There is no country “xx”
init be --country be --base graph.test => no address
portal plan . => \.
completion tcl => invalid choice
picture ego --action lu-bhr-2-3-9 -o x.svg => no action « lu-bhr-2-3-9 ».*lu-bhr-2-3-3
picture lanes --colour red -o x.svg => no parameter « colour »
picture lanes -o x.gif => cannot be written as .gif
picture timeline --as-of tomorrow -o x.svg => is no day
export csv -o network.csv => « network.csv » does not end in .zip
coherence matrix --plan lu-bhr-9 => There is no plan « lu-bhr-9 » in the graph. Did you mean lu-bhr-
coherence explain lu-bhr-2-4-33 lu-bhr-1-m5 => is neither a plan nor an action. Did you mean lu-bhr-2-4-3
coherence explain lu-bhr-2-4-3 => the following arguments are required: PLAN-OR-ACTION
coherence compare lu-bhr-1 lu-bhr-1 => is given twice
coherence loss nothing => There is no action « nothing »
coherence debt --as-of 2021-02-30 => « 2021-02-30 » is no day such as
coherence as-of 2015-12-31 --as-of 2021-12-31 => Two days are given, 2015-12-31 and --as-of 2021-12-31
coherence unacknowledged --least -1 => argument --least: « -1 » is no number of 0 or more
coherence chains m.csv --cut 2 => « 2 » is no number from 0 to 1
add link lu-bhr-2 nowhere QUOTED => « nowhere »
add link maee ungp QUOTED => « maee » is not a plan, an action or a part
add link lu-bhr-2 ungp --relation likes QUOTED => concept “likes”. There are: impl
add link lu-bhr-2 ungp --type succession --relation follows QUOTED => pan:LinkShape-succession
add link lu-bhr-2 ungp SAID --quote " " => “Quoted words” is empty
add involvement lu-bhr-2 maee --role support SAID => with --note why
add action lu-bhr-1 --number 99 --title x --part lu-bhr-2-6 SAID => part of another plan
add action lu-bhr-1 --number 99 --title "Droits &amp; devoirs@fr" SAID => text-characters
add document "Rapport 1" --title x --source-kind memory => cannot be a key
add passage link:0000000000000000 QUOTED => has no block in the files
add name lu-bhr-2-1-1 x --name-kind popular-name SAID => is not a plan, a text or a body
add reading lu-bhr-9 --aspect texts READ => Nothing in the graph is called « lu-bhr-9 »
add reading lu-bhr-2 --aspect texts READ --document mae-gouvernement-lu-fr-pan => Did you mean mae-gouvernement-lu-fr
add reading lu-bhr-2 --aspect texts READ --document maee => --document takes a document
add reading lu-bhr-2 --aspect texts --extent full SAID --date 2026-05-04 --by " " => “Your name” is empty
add reading lu-bhr-2 --aspect texts --extent full SAID --by A --date 2026-02-30 => is no day such as
add reading lu-bhr-2 --aspect texts --extent full SAID --by A --date 2999-01-01 => still to come
"""
SAID: Final = "--document mae-gouvernement-lu-fr-pan-2"
READ: Final = f"--extent full {SAID} --by 'A. Weber' --date 2026-05-04"
OF_FEW: Final = ("picture", "export", "add", "find")
"""The commands that are asked of a few plans; the others name a project, need none, or answer from the shipped one."""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(bytes(range(256)))
    (tmp_path / "good.txt").write_text(
        "1. Former\n1.1. Former les juges\n1.2. Former les avocats\n"
    )
    (tmp_path / "bad.rq").write_text("SELECT ?s WHERE {\n  ?s ?p\n}")
    return tmp_path


@pytest.mark.parametrize("case", CASES.strip().splitlines())
def test_wrong_use_is_one_sentence_and_leaves_everything_as_it_was(
    cli: Cli, few: pan2kg.Graph, files: Path, case: str
) -> None:
    command, _, words = case.partition(" => ")
    command = command.replace("QUOTED", f"{SAID} --quote 'Communiquer et sensibiliser'")
    arguments = shlex.split(command.replace("SAID", SAID).replace("READ", READ))
    graph = few.project.root / "graph"

    def state() -> list[tuple[str, int]]:
        return [
            (str(path), path.stat().st_mtime_ns)
            for folder in (files, graph)
            for path in sorted(folder.rglob("*"))
        ]

    before = state()
    run = cli(*arguments, *(("--project", str(few.project.root)) if arguments[0] in OF_FEW else ()))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("pan2kg")
    assert "Traceback" not in run.stderr
    assert run.stderr.count("\n") == 1, "one line"
    assert re.search(words, run.stderr), run.stderr
    assert state() == before
