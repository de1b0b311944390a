"""Writes down what the program gives: the hash of every output of its commands, of a release, and the public names.

    python tests/manifest.py -o before.txt                   # all of it, in some minutes python
    tests/manifest.py --against before.txt            # the names of what differs from then; 1 if
    anything does python tests/manifest.py ask picture --against before.txt    # some sections alone

Each line is a sha256 and what it is of. Day, zone and hash seed are fixed; ``--seed`` takes another
one, with which the same bytes are wanted. What a refactoring changes stands in the difference, and
then in CHANGELOG with its reason.
"""

import argparse
import inspect
import itertools
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import mkdtemp
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DAY: Final = date(2028, 1, 1)
"""Later than the release the graph gives itself: none is published that lies in the future."""
LANGUAGES: Final = ("fr", "en", "de")
FORMATS: Final = ("csv", "csv-local", "tsv", "json", "xml", "md", "html")
PLANS: Final = ("lu-bhr-2", "lu-cooperation-gender-2021")
NEEDED: Final = {
    "explain": ["lu-bhr-2", "lu-bhr-1"], "compare": ["lu-bhr-1", "lu-bhr-2"], "as-of": ["31/12/2021"],
    "loss": ["lu-bhr-2-4-3"],
}  # fmt: skip
"""What tables must be told."""
SCORES: Final = (
    "interaction",
    "ripple",
    "dematel",
    "chains",
    "groups",
    "agreement",
    "disagreement",
    "opposed",
)
MATRIX: Final = (
    "# scale -3..3\nacts,lu-bhr-2-4-3,lu-bhr-2-6-3,lu-bhr-2-3-3\nlu-bhr-2-4-3,,2,-1\n"
    "lu-bhr-2-6-3,1,,NA\nlu-bhr-2-3-3,-2,3,\n"
)
EXPORTED: Final = (
    "graphml",
    "gexf",
    "cytoscape",
    "csv",
    "nodes",
    "edges",
    "parquet",
)
WORDS: Final = ("minerais", "2017/821", "lu-bhr-2-4-3")
QUERIES: Final = (
    "SELECT ?a ?n WHERE { ?a a pan:Action ; skos:notation ?n } ORDER BY ?a LIMIT 9",
    "CONSTRUCT WHERE { action:lu-bhr-2-4-3 ?p ?o }", "ASK { action:lu-bhr-2-4-3 ?p ?o }",
)  # fmt: skip
CLOCK: Final = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
"""When what is unchanged was checked."""
PUBLISHED: Final = ("--base", "https://data.example.org/pan2kg/", "--date", DAY.isoformat())


def commands(section: str, few: Path) -> Iterator[tuple[str, ...]]:
    from pan2kg.charts.registry import PICTURES
    from pan2kg.cli.main import COMMANDS
    from pan2kg.project import Project
    from pan2kg.store.queries import read_queries
    from pan2kg.tables.kinds import table_kinds

    project = ("--project", str(few))
    text = str(ROOT / "texts" / "mae-gouvernement-lu-fr-pan-2.txt")
    spoken = [("--language", language) for language in LANGUAGES]
    figures = [
        ("coherence", name, *NEEDED.get(name, ()), *(("scores.csv",) if name in SCORES else ()))
        for name in table_kinds()
    ]
    drawn = [
        ("picture", name, *(("--action", "lu-bhr-2-4-3") if name == "ego" else ()))
        for name in PICTURES
    ]
    plans = [("--plan", plan, *language) for plan in PLANS for language in spoken]
    asked: list[tuple[str, ...]] = [
        ("ask", name) for name in sorted(read_queries(Project.at(ROOT)))
    ]
    asked.append(("ask", "why-linked", "--one", "lu-bhr-2", "--two", "lu-bhr-1"))
    sections: dict[str, list[list[tuple[str, ...]]]] = {
        "help": [
            [
                (*name, "--help", *language)
                for name in ((), *((name,) for name in COMMANDS))
                for language in spoken
            ]
        ],
        "ask": [
            [(*words, *language) for words in [*asked, ("ask", "--list")] for language in spoken],
            [(*words, "--format", form, "--language", "fr") for words in asked for form in FORMATS],
            [(*words, "--format", "xlsx", "-o", "out.xlsx") for words in asked],
        ],
        "coherence": [
            [(*words, *language) for words in figures for language in spoken],
            [
                (*words, "--format", form, "--language", "de")
                for words in figures
                for form in ("csv", "json", "md", "html")
            ],
            [(*words, "--format", "xlsx", "-o", "out.xlsx") for words in figures],
            [("coherence", name) for name in SCORES],
        ],
        "picture": [
            [
                (*words, *language, "-o", f"out.{form}")
                for words in drawn
                for language in spoken
                for form in ("svg", "csv")
            ],
            [(*words, "--slide", "-o", "out.svg") for words in drawn],
        ],
        "export": [
            [
                ("export", form, "-o", "out", *chosen)
                for form in EXPORTED
                for chosen in ((), ("--plan", "lu-bhr-2"))
            ],
        ],
        "told": [
            [("report", *words, "-o", "out") for words in plans],
            [
                ("brief", *words, "-o", f"out.{form}")
                for words in plans
                for form in ("html", "json")
            ],
            [("find", word, *language) for word in WORDS for language in spoken],
            [("find", WORDS[0], "--format", form) for form in ("csv", "tsv", "json", "md")],
            [("sparql", query) for query in QUERIES],
        ],
        "check": [
            [
                ("check", *project, "--format", form)
                for form in ("text", "json", "github", "html", "junit", "turtle")
            ],
            [("check", *project, *language) for language in spoken],
        ],
        "documents": [
            [(command, text, *language) for command in ("read", "mentions") for language in spoken],
            [("draft", text, "--plan", "lu-new-1", *language) for language in spoken],
            [("dump", "-o", f"out.{form}", *project) for form in ("nq", "trig")],
            [
                ("diff", str(few), str(ROOT), "--format", form)
                for form in ("text", "md", "csv", "json", "rdf")
            ],
        ],
        "release": [[("publish", *project, "-o", "out", *PUBLISHED)]],
    }
    return itertools.chain(*sections.get(section, ()))


SECTIONS: Final = (
    "api",
    "help",
    "ask",
    "coherence",
    "picture",
    "export",
    "told",
    "check",
    "documents",
    "release",
)


def public_names() -> Iterator[tuple[str, str]]:
    import pan2kg

    for name in pan2kg.__all__:
        offered = getattr(pan2kg, name)
        yield name, str(inspect.signature(offered)) if callable(offered) else ""
        if inspect.isclass(offered):
            for member in sorted(name for name in dir(offered) if not name.startswith("_")):
                method = inspect.getattr_static(offered, member)
                yield (
                    f"{name}.{member}",
                    str(inspect.signature(method)) if inspect.isfunction(method) else "",
                )


def outputs(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "scores.csv":
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def run(words: Sequence[str], folder: Path) -> int:
    folder.mkdir(parents=True)
    (folder / "scores.csv").write_text(MATRIX, encoding="utf-8")
    if child := os.fork():
        return child
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600), stream)
    from pan2kg.cli.main import main

    sys.argv = ["pan2kg", *words]
    code = 70
    try:
        code = main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        if (fault := sys.exc_info())[0] and not isinstance(fault[1], SystemExit):
            sys.excepthook(*fault)
        sys.stdout.flush()
        sys.stderr.flush()
        Path("exit").write_text(str(code), encoding="ascii")
        os._exit(0)


def manifest(sections: Sequence[str], keep: str) -> Iterator[tuple[str, str]]:
    import pan2kg
    from tests.command_server import keep_shipped_graph
    from tests.copies import FEW, copy

    for found in walk_packages(pan2kg.__path__, "pan2kg."):
        import_module(found.name)
    for module in [module for name, module in sys.modules.items() if name.startswith("pan2kg.")]:
        if hasattr(module, "today"):
            setattr(module, "today", lambda: DAY)  # noqa: B010 - wherever it was imported to
    keep_shipped_graph()
    work = Path(keep or mkdtemp())
    shutil.rmtree(work, ignore_errors=True)
    few = copy(work / "few", FEW)
    if "api" in sections:
        yield from (
            (f"api: {name}", sha256(signature.encode()).hexdigest())
            for name, signature in public_names()
        )
    for section in sections:
        running: list[int] = []
        listed = list(dict.fromkeys(commands(section, few)))
        for number, words in enumerate(listed):
            running.append(run(words, work / section / str(number)))
            if len(running) >= (os.cpu_count() or 1):
                os.waitpid(running.pop(0), 0)
        for child in running:
            os.waitpid(child, 0)
        for number, words in enumerate(listed):
            told = " ".join(words).replace(str(few), "FEW").replace(str(ROOT), "ROOT")
            for name, data in outputs(work / section / str(number)):
                here = data.replace(str(work / section / str(number)).encode(), b"HERE")
                for path, shown in ((few, b"FEW"), (ROOT, b"ROOT")):
                    here = here.replace(str(path).encode(), shown)
                here = CLOCK.sub(b"NOW", here)
                yield f"{section}: {told} > {name}", sha256(here).hexdigest()
    if not keep:
        shutil.rmtree(work)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--seed", default="0", help="PYTHONHASHSEED")
    parser.add_argument(
        "--keep", default="", help="a folder for the outputs themselves, which is emptied first"
    )
    options = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != options.seed:
        fixed = {
            "PYTHONHASHSEED": options.seed,
            "TZ": "UTC",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "80",
            "NO_COLOR": "1",
        }
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **fixed})
    time.tzset()
    made = dict(manifest(options.sections or SECTIONS, options.keep))
    if options.output:
        lines = "".join(f"{digest}  {name}\n" for name, digest in made.items())
        options.output.write_text(lines, encoding="utf-8")
    if not options.against:
        return 0
    lines = options.against.read_text(encoding="utf-8").splitlines()
    before = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    if options.sections:
        before = {
            name: digest
            for name, digest in before.items()
            if name.partition(":")[0] in options.sections
        }
    differing = [name for name in {**before, **made} if before.get(name) != made.get(name)]
    sys.stdout.write("".join(f"{name}\n" for name in differing))
    sys.stdout.write(f"{len(differing)} of {len(before)} differ\n")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
