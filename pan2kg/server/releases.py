"""A release that is served as it is: its files, and what plain files cannot say, status and negotiation.

Every file has the ETag of its own checksum. What was retired leads on or is gone, what is no file
leads to one, and a document comes in the form a client likes best. What no file tells, such as a
link that a rule made, is answered from the graph.
"""

import json
import mimetypes
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.responses import FileResponse

from pan2kg.errors import Place, ProjectError
from pan2kg.project import reason
from pan2kg.server.protocol import Form, RefusalError, insist
from pan2kg.server.web import Handler, Request, Response, header, insist_changed, lead, request_path

# the forms a document may have, by their endings
_FORMS = ("html", "ttl", "jsonld", "rdf", "nt")
# the files of the forms of what is no document of a thing: of the ontology, and of what the
# catalogue describes
_ONTOLOGY = {
    "html": "fr/ontology.html",
    "ttl": "ontology/pan2kg.ttl",
    "jsonld": "ontology/pan2kg.jsonld",
    "rdf": "ontology/pan2kg.rdf",
    "nt": "ontology/pan2kg.nt",
}
_CATALOGUE = {
    "html": "index.html",
    "ttl": "catalogue.ttl",
    "jsonld": "catalogue.jsonld",
    "rdf": "catalogue.rdf",
}
_VARIANTS: Mapping[str, Mapping[str, str]] = {
    "ontology": _ONTOLOGY,
    "dataset": _CATALOGUE,
    "catalogue": _CATALOGUE,
    "contributors": _CATALOGUE,
    "publisher": _CATALOGUE,
    "profile": _CATALOGUE,
}
_ENDING = re.compile(r"\.(?:html|ttl|jsonld)$")
_PACKED_TABLE = re.compile(r"version/[^/]+/tables/.+\.csv\.gz")
# where what is no file leads, if that is one: a thing, a version of the dataset or of the ontology,
# a question
_LED = {
    "id/(.+)": "doc/$1",
    r"dataset/([0-9][^/]*?)/?": "version/$1/",
    "ontology/([0-9][^/]*)": "ontology/$1.ttl",
    "(?:prefixes|query)(?:/.*)?": "queries.ttl",
}


class ReleaseFiles:
    """The files of a release in a folder; what no file tells, ``otherwise`` is asked.

    ``sums`` are the checksums of its files, ``retired`` is what was given up, with what took its
    place, ``rules`` lead from addresses that are no file.

    Raises:
        ProjectError: the folder holds no release.
    """

    def __init__(self, folder: Path, otherwise: Handler | None = None) -> None:
        from pan2kg.publish import document_places, host_rules
        from pan2kg.publish.folder import LIST, MARK, read_checksums

        try:
            mark = json.loads((folder / MARK).read_text(encoding="utf-8"))
            sums = dict(read_checksums(folder))
        except (OSError, ValueError) as error:
            fault = reason(error) if isinstance(error, OSError) else MARK
            raise ProjectError(
                "holds-no-release-to-serve", place=Place(str(folder)), error=fault
            ) from None
        self.folder = folder
        self.otherwise = otherwise
        # what a web server is told of folders is shown to nobody
        self.sums = {
            path: digest for path, digest in sums.items() if not path.endswith(".htaccess")
        }
        self.sums[LIST] = sums.get(MARK, "")
        self.retired = mark.get("retired", {})
        self.media = {**document_places.OTHER_MEDIA, "gz": "application/gzip"}
        for ending, media in document_places.MEDIA.items():
            self.media.setdefault(ending, f"{media}; charset=utf-8")
        self.forms = tuple(Form(ending, (document_places.MEDIA[ending],)) for ending in _FORMS)
        # the folders of versions whose tables are compressed
        packed = {path.split("/")[1] for path in self.sums if _PACKED_TABLE.fullmatch(path)}
        self.rules = [
            *host_rules.MOVED,
            *host_rules.version_rules(str(mark.get("version")), sorted(packed)),
            *host_rules.GONE,
            *(host_rules.HostRule(pattern, target) for pattern, target in _LED.items()),
        ]

    async def answer(self, request: Request) -> Response:
        """What an address of the release answers: a file, the way to one, a form of a document, or nothing."""
        path = request_path(request).removeprefix("/")
        if answer := self._retired(request, path) or self._file(request, path):
            return answer
        # what is no file: a thing, a document in one form or another, a version, a named graph
        if path.startswith("graph/"):  # the graphs of a folder are one document
            path = "/".join(path.split("/")[:3])
        if answer := self._lead(request, path):
            return answer
        variants = self._variants(path)
        if variants and path.partition("/")[0] in ("doc", "graph", *_VARIANTS):
            return self._negotiate(request, variants)
        if self.otherwise and path.startswith(("id/", "doc/")):
            return await self.otherwise(request)
        return self._nothing(request, 404)

    def _retired(self, request: Request, path: str) -> Response | None:
        """Where what was given up leads to, or that it is gone; None for all others."""
        thing = _ENDING.sub("", path.removeprefix("id/").removeprefix("doc/"))
        if not path.startswith(("id/", "doc/")) or thing not in self.retired:
            return None
        if following := self.retired[thing]:
            return lead(request, following, 301, vary="Accept")
        # a release of old had a file for each where nothing took its place, or several things
        if path in self.sums:
            return self._send(request, path, 410)
        return self._nothing(request, 410)

    def _file(self, request: Request, path: str) -> Response | None:
        """A file, or the page of a folder; None where there is none."""
        if path in self.sums:
            return self._send(request, path)
        if f"{path.rstrip('/')}/index.html".lstrip("/") not in self.sums:
            return None
        if path and not path.endswith("/"):
            return lead(request, f"{path}/", 301, vary="Accept")
        return self._send(request, f"{path}index.html")

    def _lead(self, request: Request, path: str) -> Response | None:
        """Lead where the first rule leads that leads to a file; None where none does."""
        for rule in self.rules:
            led = rule.leads(path) or ""
            place = led.partition("#")[0]
            if place and self.sums.keys() & {place, f"{place}.html", f"{place}index.html"}:
                return lead(request, led, 301 if "#" in led else 303, vary="Accept")
        return None

    def _variants(self, path: str) -> Mapping[str, str]:
        """The file of each form a document comes in, by the name of the form."""
        if path in _VARIANTS:
            return _VARIANTS[path]
        files = {form.name: f"{path}.{form.name}" for form in self.forms}
        return {name: file for name, file in files.items() if file in self.sums}

    def _negotiate(self, request: Request, variants: Mapping[str, str]) -> Response:
        forms = tuple(form for form in self.forms if variants.get(form.name) in self.sums)
        choice = insist(header(request, "accept"), forms)
        prefix = request.scope["root_path"]
        path = variants[choice.form.name]
        headers = {"vary": "Accept", "content-location": f"{prefix}/{path}"}
        alternates = [
            f'<{prefix}/{variants[form.name]}>; rel="alternate"; type="{form.media[0]}"'
            for form in forms
            if form != choice.form
        ]
        if alternates:
            headers["link"] = ", ".join(alternates)
        return self._send(request, path, 200, **headers)

    def _nothing(self, request: Request, status: int) -> Response:
        page = f"{status}.html"
        if page in self.sums and "html" in header(request, "accept"):
            return self._send(request, page, status, vary="Accept")
        raise RefusalError(status, "no-page" if status == 404 else "retired-here")

    def _send(self, request: Request, path: str, status: int = 200, **more: str) -> Response:
        """Send a file, with its media type, and the character set where it is text."""
        ending = "ttl" if path == ".well-known/void" else path.rpartition(".")[2]
        media = self.media.get(ending) or mimetypes.guess_type(path)[0] or "text/plain"
        if media.startswith("text/") and "charset" not in media:
            media += "; charset=utf-8"
        tag = f'"{self.sums[path][:32]}"'
        headers = {"content-type": media, "etag": tag, "cache-control": "no-cache", **more}
        if status == 200:
            insist_changed(request, headers)
        return FileResponse(self.folder / path, status, headers)
