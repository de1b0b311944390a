"""The version and the day of a release: which follow, and which are refused."""

from datetime import UTC, date, datetime

from pan2kg.errors import Place, ProjectError
from pan2kg.publish import changes, dumps, folder, states
from pan2kg.publish.edition import Edition


def refuse_version(edition: Edition, whole: dumps.Content) -> None:
    """Refuse the version of a release that does not follow the release before.

    Raises:
        ProjectError: it is older than that of the release before, or was used for another content.
    """
    before = edition.previous
    issue = edition.issue
    mark = folder.read_mark(before) if before else None
    if before is None or mark is None:
        return
    version = mark["version"]
    place = Place(str(before))
    if folder.age(issue.version) < folder.age(version):
        raise ProjectError(
            "version-goes-back",
            place=place,
            remedy="raise-version",
            version=issue.version,
            before=version,
        )
    if issue.version != version:
        return
    if (before / dumps.QUADS).is_file() and not dumps.differs(
        dumps.Dump(dumps.QUADS, whole), before
    ):
        return
    state = states.Side(edition.store.inner, issue.version)
    change = changes.Change(states.read_side(before), state)
    raise ProjectError(
        "version-used",
        place=place,
        remedy="take-version",
        version=issue.version,
        proposed=propose(version, change),
    )


def propose(version: str, change: changes.Change | None) -> str:
    """The version that follows, by what changed; where that is not known, as if something was added.

    The first part counts what was removed or retired, the second what was added, the third what was
    only corrected; below 1.0.0 what was removed counts as added.

    >>> propose("1.2.3-rc", None)
    '1.3.0'
    """
    numbers = []
    for digits in version.partition("-")[0].split("."):
        numbers.append(int(digits) if digits.isdigit() else 0)
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    statuses = {thing.status for thing in change.things} if change else {changes.Status.ADDED}
    is_less = not statuses.isdisjoint((changes.Status.REMOVED, changes.Status.RETIRED))
    if is_less and major:
        return f"{major + 1}.0.0"
    if is_less or changes.Status.ADDED in statuses:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def prepare_day(named: date | None, epoch: str) -> date | None:
    """The day of a release: the one that was named, else that of SOURCE_DATE_EPOCH, in seconds; None without.

    Raises:
        ProjectError: the epoch is no number of seconds.

    >>> prepare_day(None, "86400")
    datetime.date(1970, 1, 2)
    """
    if named or not epoch:
        return named
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ProjectError("epoch-no-number", remedy="unset-it", epoch=epoch) from None
