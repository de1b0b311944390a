// The things and links of the network as lists, for those who read rather than look: always what the picture shows.

import { fold, language, make, type Say } from "../page";
import type { Link, Model, Thing } from "./model";
import { aboutOf } from "./panel";

const BATCH = 100;

export class Lists {
    readonly element: HTMLElement;
    private things = make("ul", { class: "network-things" });
    private links = make("tbody");
    private more = make("button", { type: "button" });
    private thingsHead = make("summary");
    private linksHead = make("summary");
    private sorted: Link[] = [];
    private words: string[] = [];

    constructor(
        private readonly model: Model,
        private readonly say: Say,
        private readonly choose: (id: string, kind: "thing" | "link") => void,
    ) {
        const heads = ["from", "kind", "to"].map((key) => make("th", { scope: "col" }, say(key)));
        const table = make("table", { class: "rows" }, make("thead", {}, make("tr", {}, ...heads)), this.links);
        this.more.addEventListener("click", () => this.addLinks());
        this.element = make(
            "div",
            { class: "network-lists" },
            make("details", { open: true }, this.thingsHead, this.things),
            make("details", {}, this.linksHead, make("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": say("links", { n: 2 }) }, table), this.more),
        );
        this.element.addEventListener("click", (event) => {
            const button = (event.target as Element).closest<HTMLElement>("[data-thing], [data-link]");
            if (button) {
                this.choose(button.dataset.thing ?? button.dataset.link ?? "", button.dataset.thing ? "thing" : "link");
            }
        });
    }

    update(words = this.words): void {
        this.words = words;
        const shown = this.model.shown();
        const label = ({ label }: Thing): string => label;
        const all = [...shown.things].map((id) => this.model.things.get(id) as Thing);
        const things = all.filter((one) => words.every((word) => fold(`${one.label} ${one.planLabel ?? ""}`).includes(word)));
        things.sort((one, two) => label(one).localeCompare(label(two), language, { numeric: true }));
        this.thingsHead.textContent = this.say("nodes", { n: things.length });
        this.things.replaceChildren(...things.map((one) => this.thing(one)));
        this.sorted = [...shown.links].map((id) => this.model.links.get(id) as Link);
        this.linksHead.textContent = this.say("links", { n: this.sorted.length });
        this.links.replaceChildren();
        this.addLinks();
    }

    /** The first thing in the list. */
    first(): string | undefined {
        return this.things.querySelector<HTMLElement>("[data-thing]")?.dataset.thing;
    }

    mark(id: string | undefined): void {
        this.element.querySelectorAll("[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
        const chosen = [...this.element.querySelectorAll<HTMLElement>("[data-thing], [data-link]")].find((one) => (one.dataset.thing ?? one.dataset.link) === id);
        chosen?.setAttribute("aria-current", "true");
        const list = chosen?.closest("ul");
        if (chosen && list) {
            list.scrollTop = chosen.offsetTop - list.offsetTop - list.clientHeight / 2;
        }
    }

    private thing(thing: Thing): HTMLLIElement {
        const name = make("span", { lang: thing.lang }, thing.label);
        return make("li", {}, make("button", { type: "button", class: "quiet", "data-thing": thing.id }, name, " ", make("small", {}, aboutOf(this.say, thing))));
    }

    private addLinks(): void {
        const from = this.links.rows.length;
        this.links.append(...this.sorted.slice(from, from + BATCH).map((link) => this.link(link)));
        const left = this.sorted.length - this.links.rows.length;
        this.more.hidden = left === 0;
        this.more.textContent = this.say("more", { n: Math.min(left, BATCH) });
    }

    private link({ id, source, target, type, typeLabel, evidence = "declared" }: Link): HTMLTableRowElement {
        const end = (end: string): HTMLTableCellElement => {
            const thing = this.model.things.get(end);
            return make("td", { lang: thing?.lang }, thing?.label ?? end);
        };
        const why = make("button", { type: "button", class: "quiet", "data-link": id }, typeLabel ?? type);
        return make("tr", {}, end(source), make("td", {}, why, " ", make("span", { class: `badge ${evidence}` }, this.say(evidence))), end(target));
    }
}
