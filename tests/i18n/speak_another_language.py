"""Say in the language of a folder of catalogues what the program says of a project; kept as ``spoken.json`` there."""

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
from tests.once import SHIPPED, checked

TAG = "qq"
DAY = "2026-01-01"
HELP = [["--help"], *([name, "--help"] for name in ("ask", "check", "picture", "publish", "serve"))]


def speak(folder: Path, few: str) -> dict[str, str]:
    spoken = {}
    at = ("--language", TAG, "--project", few)
    for name, commands in {
        "ask": [["ask", "levels-of-plans", "--format", "table", *at]],
        "coherence": [["coherence", "gaps", "--as-of", DAY, *at]],
        "coherence-matrix": [["coherence", "matrix", "--format", "md", "--as-of", DAY, *at]],
        "check": [["check", *at]],
        "help": HELP,
    }.items():
        with redirect_stdout(io.StringIO()) as output:
            for arguments in commands:
                with suppress(SystemExit):
                    main(arguments)
        spoken[name] = output.getvalue()
    picture = folder / "picture.svg"
    main(["picture", "timeline", "-o", str(picture), "--as-of", DAY, *at])
    spoken["picture"] = picture.read_text(encoding="utf-8")
    setattr(quality, "_run_check", lambda *_: quality.summarise(checked(SHIPPED)))  # noqa: B010
    site_context = SiteContext(open_graph(few, as_of=date.fromisoformat(DAY)))
    site = Site(site_context)
    paths = [f"{TAG}/{name}.html" for name in PAGES]
    for name, view in SERIES.items():
        most = None if name == "figure" else 2
        paths += [
            f"{TAG}/{name}/{key}.html"
            for key in islice(view.keys(site_context) if view.keys else (), most)
        ]
    pages = [*filter(None, map(site.page, paths)), site.missing(f"{TAG}/nowhere.html")]
    return spoken | {page.path: page.body.decode() for page in pages}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    (place / "spoken.json").write_text(json.dumps(speak(place, sys.argv[2])), encoding="utf-8")
