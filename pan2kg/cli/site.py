"""The command ``pan2kg site``: the pages as a folder, and as a zip to double-click."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pan2kg.cli.options import Once, Progress
from pan2kg.i18n.days import a_day, today
from pan2kg.project import Project

if TYPE_CHECKING:
    import argparse


def add_options(command: argparse.ArgumentParser) -> None:
    """What can be typed after ``pan2kg site``."""
    command.add_argument("-o", "--output", metavar="DIR", required=True, help="the folder to write")
    command.add_argument("--zip", metavar="FILE", help="the same as a zip, for a portal that takes no pages")
    command.add_argument(
        "--as-of", metavar="DAY", type=a_day, action=Once, help="the day figures look back from (default: today)"
    )


def run(options: argparse.Namespace) -> int:
    """Write the site.

    Raises:
        ProjectError: the folder or the zip cannot be written.
    """
    from pan2kg.site.bundle import find_bundle
    from pan2kg.site.library import Library
    from pan2kg.site.registry import Site
    from pan2kg.site.writing import write_site, write_zip
    from pan2kg.store.rules import derive
    from pan2kg.store.store import open_store

    project = Project.at(options.project) if options.project else Project.find()
    store = open_store(project, derive)
    site = Site(Library(project, store, options.as_of or today(), bundle=find_bundle()))
    folder = Path(options.output)
    progress = Progress()
    number = write_site(site, folder, progress=lambda number: progress(f"{number} files"))
    progress.finish()
    sys.stdout.write(f"{folder}: {number} files; open {folder / 'index.html'}\n")
    if options.zip:
        write_zip(folder, Path(options.zip))
        sys.stdout.write(f"{options.zip}\n")
    return 0
