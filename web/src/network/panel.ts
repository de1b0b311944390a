// What is known of a thing or a link, with the words it rests on.

import { make, type Say } from "../page";
import type { Link, Model, Thing } from "./model";

export interface Acts {
    choose(id: string): void;
    expand(id: string): void;
    hide(id: string): void;
    back(): void;
}

export class Panel {
    readonly element: HTMLElement;
    private body = make("div");

    constructor(
        private readonly model: Model,
        private readonly say: Say,
        private readonly acts: Acts,
    ) {
        this.element = make("section", { class: "network-panel", "aria-label": say("panel") }, this.body);
        this.element.addEventListener("keydown", (event) => {
            if (event.key === "Escape") {
                this.acts.back();
            }
        });
        this.clear();
    }

    private shown = "";

    /** Whether this thing or link is what is shown. */
    shows(id: string): boolean {
        return this.shown === id;
    }

    clear(): void {
        this.shown = "";
        this.body.replaceChildren(make("p", { class: "hint" }, this.say("panel-empty")));
    }

    focus(): void {
        this.body.querySelector<HTMLElement>("[tabindex]")?.focus();
    }

    showThing(thing: Thing): void {
        const { say, model } = this;
        this.shown = thing.id;
        const shown = model.shown();
        const links = model.linksOf(thing.id).filter(({ id }) => shown.links.has(id));
        const button = (key: string, act: () => void): HTMLButtonElement => make("button", { type: "button", click: act }, say(key));
        this.body.replaceChildren(
            make("p", { class: "panel-head", tabindex: -1, lang: thing.lang }, thing.label),
            make("p", { class: "kind" }, aboutOf(say, thing)),
            make(
                "p",
                { class: "downloads" },
                thing.href && make("a", { href: thing.href }, say("open")),
                " ",
                button("expand", () => this.acts.expand(thing.id)),
                " ",
                button("hide", () => this.acts.hide(thing.id)),
                " ",
                button("close", () => this.acts.back()),
            ),
            make("ul", { class: "links" }, ...links.map((link) => make("li", {}, ...this.why(link, thing.id)))),
        );
    }

    showLink(link: Link): void {
        this.shown = link.id;
        this.body.replaceChildren(make("div", { tabindex: -1 }, ...this.why(link)));
    }

    private why(link: Link, here?: string): Node[] {
        const { say } = this;
        const evidence = link.evidence ?? "declared";
        const ends = [link.source, link.target].filter((id) => id !== here);
        const [to, from] = link.directed === false ? ["– ", "– "] : ["→ ", "← "];
        const towards = here === link.source ? to : here === link.target ? from : "";
        const names = ends.map((id, place) => {
            const thing = this.model.things.get(id);
            const name = make("button", { type: "button", class: "quiet", lang: thing?.lang, click: () => this.acts.choose(id) }, thing?.label ?? id);
            return make("span", {}, place ? ` ${to}` : towards, name);
        });
        const row = (key: string, value: string | null | undefined, href?: string | null): Node | undefined =>
            value ? make("p", { class: "provenance" }, `${say(key)}${say("colon")}`, href ? make("a", { href }, value) : value) : undefined;
        const parts = [
            make("p", {}, make("span", { class: `badge ${evidence}` }, say(evidence)), ` ${link.typeLabel ?? link.type} `, ...names),
            row("why", link.why),
            row("relation", link.relation),
            row("via", link.via),
            ...(link.quote ?? "").split("\n").filter(Boolean).map((words) => make("blockquote", { class: "quote", lang: link.quoteLang ?? undefined }, words)),
            row("document", link.document, link.href),
            row("certainty", link.certainty),
            link.href && !link.document ? make("p", {}, make("a", { href: link.href }, say("details"))) : undefined,
        ];
        return parts.filter((part): part is HTMLElement => part !== undefined);
    }
}

/** What a thing is, and of which plan. */
export function aboutOf(say: Say, { label, planLabel, type }: Thing): string {
    return [typeWord(say, type), planLabel !== label && planLabel].filter(Boolean).join(" · ");
}

/** The word for a type of thing; one for all other types where the page has none for it. */
export function typeWord(say: Say, type: string): string {
    const key = `type-${type}`;
    return say(say.has(key) ? key : "type-thing");
}
