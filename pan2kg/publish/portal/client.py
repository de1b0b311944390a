"""A file in the body of a request, as a form sends it, a piece at a time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from pan2kg.publish.portal.files import Parcel


@dataclass(frozen=True, slots=True)
class Upload:
    """A form with one field, ``file``.

    >>> from pathlib import Path
    >>> form = Upload(Parcel("a.csv", Path("a.csv"), "text/csv", 7, "", ""), "xyz")
    >>> form.length - 7 == len(form.head) + len(form.tail)
    True
    """

    parcel: Parcel
    boundary: str

    @property
    def content_type(self) -> str:
        """The media type of the body."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def head(self) -> bytes:
        """What stands before the file; its name and type hold only letters, digits and signs that need no quoting."""
        return (
            f"--{self.boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{self.parcel.name}"\r\n'
            f"Content-Type: {self.parcel.media or 'application/octet-stream'}\r\n\r\n"
        ).encode("ascii", "ignore")

    @property
    def tail(self) -> bytes:
        """What stands after the file."""
        return f"\r\n--{self.boundary}--\r\n".encode("ascii")

    @property
    def length(self) -> int:
        """How long the body is, in bytes."""
        return len(self.head) + self.parcel.size + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        yield from self.parcel.chunks()
        yield self.tail


def form_of(parcel: Parcel) -> Upload:
    """The form that sends a file, parted by a line no file holds."""
    return Upload(parcel, f"pan2kg-{secrets.token_hex(16)}")
