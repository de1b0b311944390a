// What pages of things leave out where no server makes them, since all have it: menu, search, tabs, links of the foot.

import { language, make, root } from "./page";

const pieces = window.pan2kgWords?.frame ?? {};
const menu = document.querySelector<HTMLElement>("nav.menu[data-of]");
if (menu) {
    document.querySelector(".brand")?.append(" ", make("span", {}, pieces.tagline));
    document.querySelector(".languages")?.setAttribute("aria-label", pieces["interface-language"] ?? "");
    document.querySelector(".page-foot")?.append(make("p"));
    document.querySelector(".page-foot p:empty")?.insertAdjacentHTML("beforeend", pieces.foot ?? "");
    menu.outerHTML = pieces[`menu-${menu.dataset.of}`] ?? menu.outerHTML;
}

const tabs = document.querySelector(".page-tabs:empty");
if (tabs) {
    const places = document.querySelectorAll("#brief, #attention, #proofs, #data");
    const items = Array.from(places, (place) => make("li", {}, make("a", { href: `#${place.id}` }, place.id === "data" ? pieces["dossier-data-title"] : place.textContent)));
    tabs.setAttribute("aria-label", pieces.contents ?? "");
    tabs.append(make("ul", {}, ...items));
}

// what a document tells is one line: its address is copied, and asked about in this browser
const data = document.querySelector<HTMLElement>("p#data");
const [, kind, key] = /doc\/([^/]+)\/[^#]*#(.+)$/.exec(data?.querySelector("a")?.href ?? "") ?? [];
if (data && kind && key) {
    const iri = data.dataset.iri ?? `${pieces.things}${kind}/${decodeURIComponent(key)}`;
    const ask = make("a", { href: `${root}${language}/sparql.html#of=${encodeURI(iri)}` }, pieces["run-in-sparql"]);
    data.append(" · ", make("code", {}, iri), " ", document.createElement("copy-button"), " · ", ask);
}
