// The queries a reader has open, one shown at a time; they are there again when the page is opened anew.

import { make, memory, type Say } from "../page";

const MOST = 12;
const LONGEST = 28;

export class QueryTabs {
    readonly element = make("ul", { class: "query-tabs" });
    private texts: string[];
    private active = 0;

    /** `first` is the query of the page; `write` puts a query into the editor. */
    constructor(
        private readonly say: Say,
        private readonly first: string,
        private readonly write: (text: string) => void,
    ) {
        this.texts = kept() ?? [first];
        this.choose(this.texts.length - 1);
    }

    /** Show a query: in its own tab, in an empty or untouched one, or in a new one. */
    show(text: string): void {
        const open = this.texts.indexOf(text);
        const free = this.texts.findIndex((one) => !one.trim() || one === this.first);
        const at = open >= 0 ? open : free >= 0 ? free : this.texts.length;
        this.texts[at] = text;
        this.choose(at);
        this.trim();
    }

    /** The query shown was changed. */
    keep(text: string): void {
        if (this.texts[this.active] !== text) {
            this.texts[this.active] = text;
            this.save();
            this.list();
        }
    }

    private choose(at: number): void {
        this.active = at;
        this.write(this.texts[at] ?? "");
        this.save();
        this.list();
    }

    private close(): void {
        this.texts.splice(this.active, 1);
        if (!this.texts.length) {
            this.texts.push("");
        }
        this.choose(Math.min(this.active, this.texts.length - 1));
        this.element.querySelector<HTMLElement>("[aria-current]")?.focus();
    }

    private add(): void {
        this.texts.push("");
        this.trim();
        this.choose(this.texts.length - 1);
    }

    private trim(): void {
        if (this.texts.length > MOST) {
            const at = this.active === 0 ? 1 : 0;
            this.texts.splice(at, 1);
            this.active -= at === 0 ? 1 : 0;
            this.list();
        }
    }

    private save(): void {
        memory.set("tabs", JSON.stringify(this.texts));
    }

    private list(): void {
        const { say } = this;
        const tabs = this.texts.map((text, at) => {
            const isShown = at === this.active;
            const shown = make("button", { type: "button", "aria-current": isShown && "true", click: () => this.choose(at) }, `${at + 1} · ${nameOf(text) || say("tab-empty")}`);
            const close = isShown && this.texts.length > 1 && make("button", { type: "button", class: "quiet", "aria-label": say("tab-close"), click: () => this.close() }, "×");
            return make("li", {}, shown, close);
        });
        const add = make("button", { type: "button", class: "quiet", click: () => this.add() }, say("tab-new"));
        this.element.replaceChildren(...tabs, make("li", {}, add));
    }
}

/** What a query is called: its first comment, else its first line that declares nothing. */
function nameOf(text: string): string {
    const said = text.replace(/\b(?:prefix\s+\S*|base)\s*<[^>]*>/gi, "");
    const words = (said.split("\n").find((line) => line.trim()) ?? "").trim().replace(/^#\+?\s*(?:\w+:)?\s*/, "");
    return words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words;
}

function kept(): string[] | undefined {
    try {
        const texts: unknown = JSON.parse(memory.get("tabs") ?? "null");
        return Array.isArray(texts) && texts.length && texts.every((one) => typeof one === "string") ? texts.slice(0, MOST) : undefined;
    } catch {
        return undefined;
    }
}
