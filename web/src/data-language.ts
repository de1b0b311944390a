// <data-language> around a form with a <select>: the labels on the page change to another language where they have one.

import { memory } from "./page";

const published = new WeakMap<HTMLElement, { text: string; lang: string; isFallback: boolean }>();

class DataLanguage extends HTMLElement {
    connectedCallback(): void {
        const select = this.querySelector("select");
        if (!select || this.dataset.ready) {
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
            showLabels(select.value);
        }
        select.addEventListener("change", () => {
            memory.set("data-language", select.value);
            showLabels(select.value);
        });
    }
}

/** Show every label in a language; an empty one brings back what the page was published with. */
export function showLabels(language: string): void {
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
