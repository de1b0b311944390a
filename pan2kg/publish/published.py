"""A release while it is written: what the exporters that come later tell of what the earlier ones wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from pan2kg.i18n import Messages
from pan2kg.publish import catalogue, csv_tables, dumps, folder, products, void
from pan2kg.publish.edition import Edition
from pan2kg.publish.vocabulary import OFFERED_FORMS

ARCHIVE = "site.zip"
"""The pages packed, to be read without a server."""
_WORDS = Messages("publication")
_WHOLES = (
    ("turtle", dumps.TURTLE, "ttl"),
    ("quads", dumps.QUADS, "nq"),
    ("site", ARCHIVE, "zip"),
)
"""What a catalogue offers beside the tables: the key of its words, its path and its form."""


@dataclass(frozen=True, slots=True)
class ReleaseOptions:
    """The day it is, where a service stands that negotiates, and whether the files have an address."""

    today: date
    service: str = ""
    has_base: bool = False


@dataclass(slots=True)
class PublishedRelease:
    """A release while it is written.

    ``offers`` are the files a catalogue offers, as far as they are written; ``retired`` the places of
    what was given up, with those of what followed; ``pages`` says of what they were made, for the
    release that follows; ``packed`` are the earlier versions whose tables are packed.
    """

    edition: Edition
    options: ReleaseOptions
    folder: folder.ReleaseFolder
    counts: void.Statistics
    offers: list[catalogue.Distribution] = field(default_factory=list)
    retired: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, object] = field(default_factory=dict)
    packed: list[str] = field(default_factory=list)

    def measure_offers(self) -> None:
        """Measure what there is by now of the files a catalogue offers."""
        offers = []
        for product in products.PRODUCTS:
            for form in products.PRODUCT_FORMS:
                offers.append(self._offered_table(product, form))
        for key, path, form in _WHOLES:
            if (self.folder.root / path).is_file():
                offers.append(self._offered_file(key, path, form))
        self.offers = offers

    def _offered_table(self, product: str, form: str) -> catalogue.Distribution:
        """A table for people in one of its forms, which is called by both."""
        path = f"{csv_tables.DATA}/{product}.{form}"
        if form == "csv":
            path = csv_tables.csv_path(csv_tables.DATA, product)
        offered = self._offered_file(product, path, form)
        form_name = OFFERED_FORMS[form]["name"]
        title = _WORDS.text("product.form", title=offered.title, form=form_name)
        return replace(offered, key=f"{product}-{form}", title=title, group=offered.title)

    def _offered_file(self, key: str, path: str, form: str) -> catalogue.Distribution:
        size, sha512 = folder.measure(self.folder.root / path)
        title = _WORDS.text(f"product.{key}")
        about = _WORDS.text(f"product.{key}-about")
        return catalogue.Distribution(key, path, form, size, sha512, title, about)
