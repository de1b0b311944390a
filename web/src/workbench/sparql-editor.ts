// <sparql-editor data-endpoint | data-graph> around a GET form with a text area: run, stop, share, history, results.

import { copy } from "../copy";
import type { Editor, EditorPart, Vocabulary } from "../editor";
import { embedded, load, make, memory, type Say, speaker } from "../page";
import type { Columns } from "./drawings";
import { Results } from "./results";
import { Failure, type Source, sourceOf } from "./source";

const KEPT = 30;

class SparqlEditor extends HTMLElement {
    private say!: Say;
    private source!: Source;
    private results!: Results;
    private area!: HTMLTextAreaElement;
    private editor: Editor | undefined;
    private status = make("p", { role: "status", class: "status" });
    private stopper = make("button", { type: "button", class: "stop", hidden: true });
    private earlier = make("ul");
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
        document.addEventListener("click", (event) => this.example(event));
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
            const link = new URL(location.href);
            link.search = "";
            link.hash = `query=${encodeURIComponent(this.text)}`;
            history.replaceState(null, "", link);
            shared.textContent = say((await copy(link.href)) ? "shared" : "not-shared");
        });
        const clear = make("button", { type: "button", class: "quiet" }, say("history-clear"));
        clear.addEventListener("click", () => {
            memory.set("queries", "[]");
            this.listEarlier();
        });
        const past = make("details", { class: "history" }, make("summary", {}, say("history")), this.earlier, clear);
        const which = make("small", { class: "engine" }, say(`engine-${this.source.kind}`));
        form.querySelector("button")?.after(" ", this.stopper, " ", share, " ", shared, " ", which);
        form.after(past, this.status, this.results.element);
        this.listEarlier();
    }

    private get text(): string {
        return this.editor?.text ?? this.area.value;
    }

    private set text(text: string) {
        this.area.value = text;
        if (this.editor) {
            this.editor.text = text;
        }
    }

    /** Take the query from a shared link. */
    private adopt(): void {
        const shared = new URLSearchParams(location.hash.slice(1)).get("query");
        if (shared) {
            this.text = shared;
        }
    }

    /** Take the query of an example that was clicked: any element with `data-query`. */
    private example(event: Event): void {
        const example = (event.target as Element | null)?.closest<HTMLElement>("[data-query]");
        if (example) {
            event.preventDefault();
            this.text = example.dataset.query ?? "";
            (this.editor ?? this.area).focus();
        }
    }

    private async replaceArea(): Promise<void> {
        const part = await load<EditorPart>("editor").catch(() => undefined);
        const label = this.area.labels?.[0]?.textContent?.trim() || this.say("editor");
        const vocabulary = embedded<Vocabulary>(this, "terms") ?? { prefixes: {}, terms: [] };
        this.editor = part?.edit(this.area, { vocabulary, label, run: () => void this.run() });
        this.dataset.editor = this.editor ? "ready" : "plain";
    }

    private async run(): Promise<void> {
        const text = this.text;
        if (!text.trim()) {
            return;
        }
        const turn = ++this.running;
        this.remember(text);
        this.busy(true);
        this.results.hide();
        this.status.textContent = this.say("running");
        try {
            const reply = await this.source.query(text);
            if (turn === this.running) {
                const n = reply.kind === "truth" ? 1 : reply.rows.length;
                this.status.textContent = this.say(reply.kind === "graph" ? "time-graph" : "time", { n, ms: Math.round(reply.ms) });
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

function queries(): string[] {
    try {
        const kept: unknown = JSON.parse(memory.get("queries") ?? "[]");
        return Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : [];
    } catch {
        return [];
    }
}

customElements.define("sparql-editor", SparqlEditor);
