// <label-search> around the header's search form: suggestions while typing, found by the server or among all labels.

import { freshId, isStatic, language, make, root, type Say, speaker } from "./page";
import { findIn, type Found, labelOf } from "./search";

const MOST = 10;
const MOST_ON_PAGE = 100;

class LabelSearch extends HTMLElement {
    private input!: HTMLInputElement;
    private list!: HTMLUListElement;
    private status!: HTMLElement;
    private active = -1;
    private asked = 0;
    private timer = 0;
    private say!: Say;

    private get source(): string {
        return this.dataset.source ?? root + (isStatic ? "data/labels.js" : "search.json");
    }

    connectedCallback(): void {
        const input = this.querySelector<HTMLInputElement>("input[name=q]");
        if (!input || this.dataset.ready) {
            return;
        }
        this.dataset.ready = "yes";
        this.say = speaker("search");
        const id = freshId("suggestions");
        this.input = input;
        this.list = make("ul", { id, role: "listbox", "aria-label": this.say("suggestions"), hidden: true });
        this.status = make("span", { role: "status", class: "off-screen" });
        for (const [name, value] of Object.entries({
            role: "combobox",
            "aria-autocomplete": "list",
            "aria-expanded": "false",
            "aria-controls": id,
            autocomplete: "off",
        })) {
            input.setAttribute(name, value);
        }
        this.append(this.list, this.status);
        input.addEventListener("input", () => {
            clearTimeout(this.timer);
            this.timer = window.setTimeout(() => void this.ask(), 120);
        });
        input.addEventListener("keydown", (event) => this.key(event));
        void this.answer();
        this.addEventListener("focusout", (event) => {
            if (!this.contains(event.relatedTarget as Node | null)) {
                this.close();
            }
        });
    }

    /** On the page of what was found, without a server behind it: find here what the address asks for. */
    private async answer(): Promise<void> {
        const place = document.querySelector<HTMLElement>(".search-found");
        const words = new URLSearchParams(location.search).get("q")?.trim();
        if (!isStatic || !place || !words) {
            return;
        }
        this.input.value = words;
        const found = await findIn(this.source, words, MOST_ON_PAGE);
        place.querySelector("h2")?.replaceChildren(this.say(found.length ? "results" : "none", { n: found.length, words }));
        place.querySelector("ul")?.replaceChildren(...found.map((one) => make("li", {}, make("a", { href: `${root}${language}/${one.href}` }, ...this.described(one)))));
        place.hidden = false;
        document.querySelectorAll<HTMLElement>(".published").forEach((one) => (one.hidden = true));
    }

    private described(one: Found): (Node | string)[] {
        const [text, lang] = labelOf(one);
        const key = `type-${one.type}`;
        const type = one.typeLabel ?? (this.say.has(key) ? this.say(key) : "");
        const name = make("span", { lang }, one.notation ? `${one.notation} ${text}` : text);
        return type ? [name, make("small", {}, ` ${type}`)] : [name];
    }

    private async ask(): Promise<void> {
        const words = this.input.value.trim();
        const turn = ++this.asked;
        if (words.length < 2) {
            this.close();
            return;
        }
        const found = await findIn(this.source, words, MOST).catch(() => []);
        if (turn === this.asked) {
            this.show(found);
        }
    }

    private show(found: Found[]): void {
        this.active = -1;
        this.input.removeAttribute("aria-activedescendant");
        this.list.replaceChildren(...found.map((one, place) => this.option(one, place)));
        this.list.hidden = !found.length;
        this.input.setAttribute("aria-expanded", String(found.length > 0));
        this.status.textContent = found.length ? this.say("found", { n: found.length }) : this.say("none");
    }

    private option(one: Found, place: number): HTMLLIElement {
        const option = make(
            "li",
            { role: "option", id: `${this.list.id}-${place}`, "aria-selected": "false", "data-href": `${root}${language}/${one.href}` },
            ...this.described(one),
        );
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        option.addEventListener("click", () => location.assign(option.dataset.href ?? ""));
        return option;
    }

    private key(event: KeyboardEvent): void {
        const options = [...this.list.children] as HTMLElement[];
        if (event.key === "Escape" && !this.list.hidden) {
            event.preventDefault();
            this.close();
        } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length && !this.list.hidden) {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            const from = this.active < 0 && step < 0 ? 0 : this.active;
            this.choose(options, (from + step + options.length) % options.length);
        } else if (event.key === "Enter" && this.active >= 0) {
            event.preventDefault();
            location.assign(options[this.active]?.dataset.href ?? "");
        }
    }

    private choose(options: HTMLElement[], place: number): void {
        this.active = place;
        options.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
        options[place]?.scrollIntoView({ block: "nearest" });
        this.input.setAttribute("aria-activedescendant", options[place]?.id ?? "");
    }

    private close(): void {
        clearTimeout(this.timer);
        this.asked += 1;
        this.active = -1;
        this.list.hidden = true;
        this.input.setAttribute("aria-expanded", "false");
        this.input.removeAttribute("aria-activedescendant");
    }
}

customElements.define("label-search", LabelSearch);
