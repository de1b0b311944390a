"""Where documents stand in a release: which tells a thing or a named graph, and in which forms.

Pages, the rules of hosts and the service all ask here where an address of ours leads.
"""

import re

from pan2kg.publish.vocabulary import table_of

DOCUMENTS = "doc"
GRAPHS = "graph"
SPLIT = "action|body|document|instrument|involvement|link|passage|plan"
"""The kinds of which there are hundreds of things: several documents tell them, by how their keys begin."""
SHARED = r"[a-z][a-z]-[^/.-]|(?![a-z][a-z]-[^/.-])[^/.]"
"""How keys of theirs begin that are told in one document: with a country and one sign more, else with one sign.

Apache, nginx and a script in a page read it alike, and it matches a key in one way only. Keys of
links a rule made are hexadecimal: sixteen documents tell them all.
"""
ALL = "all"
"""What the document is called that tells all things of a kind."""
APART = ("part", "provision", "category", "conflict")
"""The kinds of things that have no pages of their own in a release: their documents tell them."""
GATHERED = {"network": "html", "network-around": "js"}
"""Pages and files a plan that a service makes when they are asked for; a release has the one of all plans."""
MEDIA = table_of("media")["text"]
OTHER_MEDIA = table_of("media")["other"]
"""The media type of each kind of text in a release, by its ending, all in UTF-8; and of other files."""
FORMS = ("ttl", "jsonld")
"""The forms of a document beside its page."""
PLAIN_PATH = re.compile(r"[\w.~-]+(?:/[\w.~-]+)*", re.ASCII)
"""A path that needs no escaping; what has another has no document."""
_OF_SPLIT = re.compile(rf"({DOCUMENTS}/(?:{SPLIT})/(?:{SHARED}))[^/]*")
_OF_ONE_KIND = re.compile(rf"({DOCUMENTS}/(?!(?:{SPLIT})/)[^/]+/)[^/]+")


def shared_place(place: str) -> str:
    """The path of the document that tells what has this place of its own.

    >>> [shared_place(f"doc/{place}") for place in ("link/6e97963c99814c", "plan/lu-bhr-2", "topic/health", "dataset")]
    ['doc/link/6', 'doc/plan/lu-b', 'doc/topic/all', 'doc/dataset']
    """
    if match := _OF_SPLIT.fullmatch(place):
        return match[1]
    if match := _OF_ONE_KIND.fullmatch(place):
        return match[1] + ALL
    return place


def document_of(kind: str, key: str) -> str:
    """The page of the document that tells a thing; none where its key is no plain path.

    >>> document_of("plan", "lu-bhr-2"), document_of("topic", "a b")
    ('doc/plan/lu-b.html', '')
    """
    place = f"{DOCUMENTS}/{kind}/{key}"
    return f"{shared_place(place)}.html" if PLAIN_PATH.fullmatch(place) else ""


def graph_place(place: str) -> str:
    """The document that tells a named graph: the graphs of a folder are told together.

    >>> graph_place("graph/core/names/plans")
    'graph/core/names'
    """
    return "/".join(place.split("/")[:3])


def is_published(path: str) -> bool:
    """Whether a release has a page at a path: none of things that documents tell, nor of what a service makes.

    >>> is_published("fr/plan/lu-bhr-2.html"), is_published("fr/part/lu-bhr-1-m1.html")
    (True, False)
    """
    folders = path.split("/")[1:2]
    return not folders or folders[0] not in (*APART, *GATHERED)
