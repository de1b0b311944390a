// <data-language> around a form with a <select>, made here with the languages of the page's switch where no server made it:
// the labels on the page change to another language where they have one. What links are called is looked up by where they lead, once somebody asks for it.

import { isStatic, language as own, loadData, make, memory, root, speaker } from "./page";
import type { Found } from "./search";

const published = new WeakMap<HTMLElement, { text: string; lang: string; isFallback: boolean }>();

class DataLanguage extends HTMLElement {
    connectedCallback(): void {
        if (this.dataset.ready) {
            return;
        }
        if (isStatic && !this.firstElementChild) {
            const [say, id, name] = [speaker("search"), "data-language", "data"];
            const options = Array.from(document.querySelectorAll<HTMLElement>(".languages [lang]"), (one) =>
                make("option", { value: one.lang, lang: one.lang }, one.textContent),
            );
            const choice = make("select", { id, name }, make("option", { value: "" }, say("as-interface")), ...options);
            this.append(make("form", {}, make("label", { for: id }, say("titles")), " ", choice));
        }
        const select = this.querySelector("select");
        if (!select) {
            return;
        }
        this.dataset.ready = "yes";
        this.hidden = false;
        const form = select.form;
        if (form) {
            form.hidden = false;
            form.querySelectorAll("button").forEach((button) => (button.hidden = true));
            form.addEventListener("submit", (event) => event.preventDefault());
        }
        const remembered = memory.get("data-language");
        const inAddress = new URLSearchParams(location.search).has(select.name);
        if (!inAddress && remembered !== null && [...select.options].some((option) => option.value === remembered)) {
            select.value = remembered;
        }
        if (select.value) {
            void showLabels(select.value);
        }
        select.addEventListener("change", () => {
            memory.set("data-language", select.value);
            void showLabels(select.value);
        });
    }
}

/** The things by where their names lead, from the root; a document that tells several things has the place of each. */
let things: Map<string, Found> | undefined;

/** Mark what links are called, with what that is in other languages. */
async function nameLinks(): Promise<void> {
    things ??= new Map((await loadData<Found[]>(`${root}data/labels.js`, "pan2kgLabels")).map((one) => [one.href, one]));
    const base = new URL(root || "./", location.href).href;
    for (const link of document.querySelectorAll<HTMLAnchorElement>("main a[href]:not([data-named], svg a)")) {
        link.dataset.named = "";
        const place = link.href.replace(/\?[^#]*/, "").slice(base.length);
        const told = /^doc\/([^/]+)\/[^#]*#(.+)$/.exec(place);
        const thing = things.get(told ? `${told[1]}/${told[2]}.html` : place.slice(place.indexOf("/") + 1));
        const node = link.querySelector(".label") ?? [...link.childNodes].reverse().find((one) => one instanceof Text && one.data.trim());
        const text = node?.textContent?.trim() ?? "";
        for (const names of [thing?.labels ?? {}, thing?.full ?? {}]) {
            for (const cut of [(name: string) => name, shortened]) {
                if (node && link.contains(node) && Object.values(names).some((name) => cut(name) === text)) {
                    const label = node instanceof HTMLElement ? node : make("span", { class: "label", lang: own }, text);
                    Object.entries(names).forEach(([tag, name]) => (label.dataset[tag] ??= cut(name)));
                    node.replaceWith(/^\s*/.exec(node instanceof Text ? node.data : "")?.[0] ?? "", label); // after a number
                }
            }
        }
    }
}

/** A long title without its middle, as pages show it where there is little room (pan2kg/graph/labels.py). */
function shortened(words: string, most = 48): string {
    const [one = "", two = "", ...tail] = words.split(" ");
    if ([...words].length <= most) {
        return words;
    }
    while (tail.length > 1 && [...[one, two, ...tail].join(" ")].length > most) {
        tail.shift();
    }
    return [one, two, "…", ...tail].join(" ");
}

/** Show every label in a language; an empty one brings back what the page was published with. */
export async function showLabels(language: string): Promise<void> {
    if (language) {
        await nameLinks().catch(() => undefined);
    }
    document.querySelectorAll<HTMLElement>("span.label").forEach((label) => {
        const first = published.get(label) ?? { text: label.textContent ?? "", lang: label.lang, isFallback: label.classList.contains("fallback") };
        published.set(label, first);
        const wanted = language ? label.dataset[language] : undefined;
        label.textContent = wanted ?? first.text;
        label.lang = wanted === undefined ? first.lang : language;
        label.classList.toggle("fallback", language ? label.lang !== language : first.isFallback);
    });
    document.dispatchEvent(new CustomEvent("pan2kg:language", { detail: language }));
}

customElements.define("data-language", DataLanguage);
