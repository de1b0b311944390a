// <sparql-editor data-endpoint | data-graph> around a GET form with a text area: queries behind tabs, run, stop, share, results.

import { copy } from "../copy";
import type { Editor, EditorPart, Vocabulary } from "../editor";
import { embedded, load, make, memory, type Say, speaker } from "../page";
import { findIn, folded } from "../search";
import { shapeOf } from "../sparql";
import type { Columns } from "./drawings";
import { namesOf } from "./labels";
import { laidOut } from "./layout";
import { QueryTabs } from "./query-tabs";
import { Results } from "./results";
import { snippetsOf } from "./snippets";
import { Failure, type Source, sourceOf } from "./source";

const KEPT = 30;
const MOST_THINGS = 12;

class SparqlEditor extends HTMLElement {
    private say!: Say;
    private source!: Source;
    private results!: Results;
    private area!: HTMLTextAreaElement;
    private editor: Editor | undefined;
    private status = make("p", { role: "status", class: "status" });
    private stopper = make("button", { type: "button", class: "stop", hidden: true });
    private earlier = make("ul");
    private snippets = make("details", { class: "snippets" });
    private tabs!: QueryTabs;
    private running = 0;

    connectedCallback(): void {
        const form = this.querySelector("form");
        const area = form?.querySelector<HTMLTextAreaElement>("textarea[name=query]");
        if (!form || !area || this.dataset.ready) {
            return;
        }
        this.dataset.ready = "yes";
        this.area = area;
        this.say = speaker("sparql");
        this.source = sourceOf(this, this.say, (words) => (this.status.textContent = words));
        this.results = new Results(this.say, this.source, embedded<Columns>(this, "words"));
        this.tabs = new QueryTabs(this.say, area.value, (text) => this.write(text));
        this.build(form);
        this.adopt();
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            void this.run();
        });
        area.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                void this.run();
            }
        });
        area.addEventListener("change", () => this.tabs.keep(this.text));
        document.addEventListener("click", (event) => this.example(event));
        this.findExamples();
        window.addEventListener("hashchange", () => this.adopt());
        void this.replaceArea();
    }

    private build(form: HTMLFormElement): void {
        const { say } = this;
        this.stopper.textContent = say("stop");
        this.stopper.addEventListener("click", () => this.source.stop());
        const shared = make("span", { role: "status" });
        const share = make("button", { type: "button", class: "quiet" }, say("share"));
        share.addEventListener("click", async () => {
            this.address();
            shared.textContent = say((await copy(location.href)) ? "shared" : "not-shared");
        });
        const lay = make("button", { type: "button", class: "quiet", click: () => (this.text = laidOut(this.text)) }, say("lay-out"));
        const clear = make("button", { type: "button", class: "quiet" }, say("history-clear"));
        clear.addEventListener("click", () => {
            memory.set("queries", "[]");
            this.listEarlier();
        });
        const past = make("details", { class: "history" }, make("summary", {}, say("history")), this.earlier, clear);
        const which = make("small", { class: "engine" }, say(`engine-${this.source.kind}`));
        this.snippets.append(make("summary", {}, say("snippets")));
        this.snippets.addEventListener("toggle", () => this.snippets.open && this.showSnippets());
        form.querySelector("button")?.after(" ", this.stopper, " ", lay, " ", share, " ", shared, " ", which);
        form.before(this.tabs.element);
        form.after(past, this.snippets, this.status, this.results.element);
        this.listEarlier();
    }

    private get text(): string {
        return this.editor?.text ?? this.area.value;
    }

    private set text(text: string) {
        this.write(text);
        this.tabs.keep(text);
    }

    private write(text: string): void {
        this.area.value = text;
        if (this.editor) {
            this.editor.text = text;
        }
        this.snippets.open = false;
    }

    /** Take the query from a shared link, or from a page a server answered. */
    private adopt(): void {
        const shared = queryIn(location.href);
        if (shared) {
            this.tabs.show(shared);
        }
    }

    /** The address of the page becomes that of the query. */
    private address(): void {
        const link = new URL(location.href);
        link.search = "";
        link.hash = `query=${encodeURIComponent(this.text)}`;
        history.replaceState(null, "", link);
    }

    /** Take the query that was clicked: of an element with `data-query`, or of a link with `data-run`, which is run at once. */
    private example(event: Event): void {
        const chosen = (event.target as Element | null)?.closest<HTMLElement>("[data-query], a[data-run]");
        if (!chosen) {
            return;
        }
        event.preventDefault();
        const below = chosen.closest("li")?.querySelector("pre")?.textContent;
        this.tabs.show(chosen.dataset.query ?? (below || queryIn((chosen as HTMLAnchorElement).href)));
        (this.editor ?? this.area).focus();
        if (chosen.hasAttribute("data-run")) {
            this.scrollIntoView({ block: "start" });
            void this.run();
        }
    }

    /** The examples on the page are found by their words. */
    private findExamples(): void {
        const field = document.querySelector<HTMLInputElement>("input[data-examples]");
        if (!field) {
            return;
        }
        (field.closest("p") ?? field).hidden = false;
        const items = [...document.querySelectorAll<HTMLElement>(`#${field.dataset.examples} > li`)];
        field.addEventListener("input", () => {
            const words = folded(field.value).split(" ");
            items.forEach((item) => (item.hidden = !words.every((word) => folded(item.textContent ?? "").includes(word))));
        });
    }

    private showSnippets(): void {
        const { endpoint } = this.dataset;
        const address = endpoint === undefined ? undefined : new URL(endpoint, location.href).href;
        const items = snippetsOf(this.text, shapeOf(this.text).form, address).map(({ name, code }, at) => {
            const done = make("span", { role: "status" });
            const button = make("button", { type: "button", class: "quiet" }, this.say("snippet-copy", { name }));
            button.addEventListener("click", async () => (done.textContent = this.say((await copy(code)) ? "shared" : "not-shared")));
            return make("details", { open: at === 0 }, make("summary", {}, name), make("pre", { tabindex: 0 }, make("code", {}, code)), make("p", {}, button, " ", done));
        });
        this.snippets.replaceChildren(this.snippets.firstElementChild ?? "", ...items);
    }

    private async replaceArea(): Promise<void> {
        const part = await load<EditorPart>("editor").catch(() => undefined);
        const label = this.area.labels?.[0]?.textContent?.trim() || this.say("editor");
        const vocabulary = embedded<Vocabulary>(this, "terms") ?? { prefixes: {}, terms: [] };
        this.editor = part?.edit(this.area, {
            vocabulary,
            label,
            say: this.say,
            run: () => void this.run(),
            things: (words) => findIn(this.dataset.search ?? "", words, MOST_THINGS),
            named: async (iri) => (await namesOf([iri], this.source)).get(iri)?.label,
        });
        this.dataset.editor = this.editor ? "ready" : "plain";
    }

    private async run(): Promise<void> {
        const text = this.text;
        if (!text.trim()) {
            return;
        }
        const turn = ++this.running;
        this.remember(text);
        this.address();
        this.busy(true);
        this.results.hide();
        this.status.textContent = this.say("running");
        try {
            const reply = await this.source.query(text);
            if (turn === this.running) {
                const n = reply.kind === "truth" ? 1 : reply.rows.length;
                const told = this.say(reply.kind === "graph" ? "time-graph" : "time", { n, ms: Math.round(reply.ms) });
                this.status.textContent = [told, ...(this.editor?.hints() ?? [])].join(" ");
                void this.results.show(reply);
            }
        } catch (error) {
            if (turn === this.running) {
                this.tell(error as Failure);
            }
        } finally {
            if (turn === this.running) {
                this.busy(false);
            }
        }
    }

    private tell(failure: Failure): void {
        this.status.textContent = failure.message;
        if (failure.place) {
            this.editor?.point(...failure.place);
        }
        if (failure.raw && !failure.message.includes(failure.raw.slice(0, 40))) {
            this.results.showRaw(failure.raw);
        }
    }

    private busy(isBusy: boolean): void {
        this.stopper.hidden = !isBusy;
        this.status.toggleAttribute("data-busy", isBusy);
        this.setAttribute("aria-busy", String(isBusy));
    }

    private remember(text: string): void {
        const kept = [text, ...queries().filter((one) => one !== text)].slice(0, KEPT);
        memory.set("queries", JSON.stringify(kept));
        this.listEarlier();
    }

    private listEarlier(): void {
        const items = queries().map((text) => {
            const first = text.split("\n").filter((line) => line.trim() && !/^\s*(#|PREFIX)/i.test(line)).join(" ");
            const button = make("button", { type: "button", class: "quiet", "data-query": text }, first.replace(/\s+/g, " ").slice(0, 110) || text.slice(0, 110));
            return make("li", {}, button);
        });
        this.earlier.replaceChildren(...(items.length ? items : [make("li", {}, this.say("history-empty"))]));
    }
}

/** The query an address carries; of a thing it names, all that is said of it (`pan2kg/site/entity.py`). */
function queryIn(address: string): string {
    const { hash, search } = new URL(address);
    const asked = new URLSearchParams(hash.slice(1));
    const thing = asked.get("of");
    if (thing) {
        return `SELECT ?graph ?property ?value WHERE {\n    GRAPH ?graph { <${thing}> ?property ?value }\n} ORDER BY ?graph ?property ?value\n`;
    }
    return asked.get("query") ?? new URLSearchParams(search).get("query") ?? "";
}

function queries(): string[] {
    try {
        const kept: unknown = JSON.parse(memory.get("queries") ?? "[]");
        return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
    } catch {
        return [];
    }
}

customElements.define("sparql-editor", SparqlEditor);
