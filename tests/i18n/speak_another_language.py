"""Say in the language of a folder of catalogues what the program says of a project; kept as ``spoken.json`` there."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout, suppress
from datetime import date
from itertools import islice
from pathlib import Path

from pan2kg.cli.main import main
from pan2kg.graph.graph import open_graph
from pan2kg.site import quality
from pan2kg.site.page import SiteContext
from pan2kg.site.registry import PAGES, SERIES, Site
from tests.i18n.pseudo import TAG
from tests.once import SHIPPED, checked

DAY = "2026-01-01"
COMMANDS = {
    "ask": ["ask", "annotated-share", "--format", "table"],
    "coherence": ["coherence", "gaps", "--as-of", DAY],
    "coherence-matrix": ["coherence", "matrix", "--format", "md", "--as-of", DAY],
}
HELP = [["--help"], *([name, "--help"] for name in ("ask", "check", "picture", "publish", "serve"))]


def say_commands(folder: Path, few: str) -> dict[str, str]:
    found = {}
    for name, arguments in {**COMMANDS, "check": ["check"]}.items():
        with redirect_stdout(io.StringIO()) as said:
            main([*arguments, "--language", TAG, "--project", few])
        found[name] = said.getvalue()
    with redirect_stdout(io.StringIO()) as said:
        for arguments in HELP:
            with suppress(SystemExit):
                main(arguments)
    found["help"] = said.getvalue()
    picture = folder / "picture.svg"
    main(["picture", "timeline", "--language", TAG, "-o", str(picture), "--as-of", DAY, "--project", few])
    return {**found, "picture": picture.read_text(encoding="utf-8")}


def say_pages(few: str) -> dict[str, str]:
    setattr(quality, "_checked", lambda *_: quality.summarise(checked(SHIPPED)))  # noqa: B010
    site_context = SiteContext(open_graph(few, as_of=date.fromisoformat(DAY)))
    site = Site(site_context)
    paths = [f"{TAG}/{name}.html" for name in PAGES]
    for name, view in SERIES.items():
        most = None if name == "figure" else 2
        paths += [f"{TAG}/{name}/{key}.html" for key in islice(view.keys(site_context) if view.keys else (), most)]
    made = [page for page in map(site.page, paths) if page]
    return {page.path: page.body.decode() for page in [*made, site.missing(f"{TAG}/nowhere.html")]}


if __name__ == "__main__":
    place, few = Path(sys.argv[1]), sys.argv[2]
    spoken = {**say_pages(few), **say_commands(place, few)}
    (place / "spoken.json").write_text(json.dumps(spoken), encoding="utf-8")
