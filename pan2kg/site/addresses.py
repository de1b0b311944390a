"""Addresses of pages within a site, as one page leads to another."""

from functools import lru_cache
from urllib.parse import quote


@lru_cache(maxsize=1 << 16)
def quoted_path(folder: str, target: str) -> str:
    """The address of a page or file for the pages of a folder, both below the root; ``*`` is a folder of any name.

    >>> quoted_path("fr/*/", "fr/question/où.html#x")
    '../question/o%C3%B9.html#x'
    """
    file, hash_, fragment = relative_path(folder, target).partition("#")
    return f"{quote(file)}{hash_}{fragment}"


def relative_path(start: str, target: str) -> str:
    """The way from one page to another, both as paths below the root.

    >>> relative_path("fr/plan/a.html", "fr/index.html"), relative_path("index.html", "fr/index.html")
    ('../index.html', 'fr/index.html')
    >>> relative_path("fr/plan/a.html", "fr/plan/b.html#x"), relative_path("fr/a.html", "fr/a.html#x")
    ('b.html#x', 'a.html#x')
    """
    *folders, _ = start.split("/")
    *target_folders, page = target.split("/")
    shared = 0
    for folder, target_folder in zip(folders, target_folders, strict=False):
        if folder != target_folder:
            break
        shared += 1
    return "/".join([".."] * (len(folders) - shared) + target_folders[shared:] + [page])


def pair_key(plan: str, other_plan: str) -> str:
    """The key of the page of two plans, the same whichever comes first."""
    return "--".join(sorted((plan, other_plan)))
