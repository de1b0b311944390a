// <question-form data-endpoint | data-graph> around a GET form and its answer: other views of the answer, and on pages
// without a server other answers.

import { embedded, isStatic, language, loadData, make, root, type Say, speaker } from "../page";
import { readResults } from "../reply";
import { type Found, labelOf } from "../search";
import { shapeOf } from "../sparql";
import type { Columns } from "./drawings";
import { type Opening, Results } from "./results";
import { type Failure, fetchText, type Source, sourceOf } from "./source";

interface Question extends Columns {
    query: string;
    prefixes?: Record<string, string>;
    /** What identifiers of things begin with. */
    ids?: string;
    /** The release of the graph behind the page. */
    release?: string;
    /** The view its answer is shown in first. */
    view?: string;
    /** What to say of a link that fixes another release, or a day; `{}` stands for it. */
    said?: Record<string, string>;
}

const VIEW = "view";
const PARAMETER = /^(\s*BIND\()(.+)( AS \?(\w+)\)\s*# parameter: )(.*)$/gm;

class QuestionForm extends HTMLElement {
    private say!: Say;
    private source!: Source;
    private results!: Results;
    private question!: Question;
    private opening!: Opening;
    private status = make("p", { role: "status", class: "status" });
    private shown = make("details", { hidden: true });

    connectedCallback(): void {
        const form = this.querySelector("form");
        const question = embedded<Question>(this, "question");
        if (!question || this.dataset.ready) {
            return;
        }
        this.dataset.ready = "yes";
        this.question = question;
        this.say = speaker("sparql");
        this.source = sourceOf(this, this.say, (words) => (this.status.textContent = words));
        this.opening = this.openingOf(question.view);
        this.adoptAnswer();
        if (!isStatic) {
            return;
        }
        this.prepend(...remarks(question));
        const editor = this.querySelector<HTMLAnchorElement>("details.published a");
        if (editor) {
            editor.hash = `query=${encodeURIComponent(question.query)}`;
        }
        if (!form) {
            return;
        }
        void offerThings(form, question.ids ?? "").catch(() => undefined);
        this.results = new Results(this.say, this.source, question, this.opening);
        form.after(this.status, this.results.element, this.shown);
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            const values = new FormData(form);
            values.set("release", question.release ?? "");
            const view = shared().get(VIEW);
            if (view) {
                values.set(VIEW, view);
            }
            history.replaceState(null, "", `#${new URLSearchParams([...values].map(([name, value]) => [name, String(value)]))}`);
            void this.run(form);
        });
        if (this.adopt(form)) {
            void this.run(form);
        }
    }

    /** Offer other views of the answer that stands on the page; a server says where its rows lie. */
    private adoptAnswer(): void {
        const table = this.querySelector<HTMLElement>(".answer-table");
        const address = location.protocol === "file:" ? undefined : table?.dataset.results;
        const reply = address
            ? async () => readResults(await fetchText(address, this.say), shapeOf(this.question.query), 0)
            : () => this.source.query(this.question.query);
        if (table) {
            new Results(this.say, this.source, this.question, this.opening).adopt({ table, reply });
        }
    }

    /** The view the address asks for, else the question; one a reader chooses is written into the address and the links. */
    private openingOf(view = ""): Opening {
        return { first: shared().get(VIEW) ?? view, chosen: (chosen) => this.keep(chosen) };
    }

    private keep(view: string): void {
        const here = new URL(location.href);
        if (isStatic) {
            here.hash = withView(here.hash.slice(1) || here.search, view);
        } else {
            here.search = withView(here.search, view);
        }
        history.replaceState(null, "", here);
        const form = this.querySelector("form");
        if (form && !isStatic) {
            form.querySelector(`input[name=${VIEW}]`)?.remove();
            form.append(make("input", { type: "hidden", name: VIEW, value: view }));
        }
        const link = this.querySelector<HTMLAnchorElement>("a[rel=bookmark]");
        if (link) {
            link.search = withView(link.search, view);
        }
    }

    /** Take the values of a shared link; whether there were any. */
    private adopt(form: HTMLFormElement): boolean {
        let any = false;
        for (const [name, value] of shared()) {
            if (name === VIEW) {
                continue;
            }
            const field = form.elements.namedItem(name);
            if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
                choose(field, value);
                any = true;
            }
        }
        return any;
    }

    private async run(form: HTMLFormElement): Promise<void> {
        this.results.hide();
        this.setAttribute("aria-busy", "true");
        this.status.textContent = this.say("running");
        try {
            const text = await this.fill(form);
            this.querySelectorAll<HTMLElement>(".published").forEach((one) => (one.hidden = true));
            this.shown.replaceChildren(make("summary", {}, this.say("show-query")), make("pre", { tabindex: 0 }, text.replace(/^#\+.*\n/gm, "").trim()));
            this.shown.hidden = false;
            const reply = await this.source.query(text);
            this.status.textContent = this.say("time", { n: reply.rows.length, ms: Math.round(reply.ms) });
            await this.results.show(reply);
        } catch (error) {
            this.status.textContent = (error as Failure).message;
        } finally {
            this.setAttribute("aria-busy", "false");
        }
    }

    /** The query with the form's values in place of the defaults, each in its N3 form so that nothing can be injected. */
    private async fill(form: HTMLFormElement): Promise<string> {
        const values = new Map<string, string>();
        for (const [, , given = "", , name = ""] of this.question.query.matchAll(PARAMETER)) {
            const field = form.elements.namedItem(name) ?? form.elements.namedItem(name.replaceAll("_", "-"));
            const value = fieldValue(field);
            if (value) {
                values.set(name, await this.written(given, value, field));
            }
        }
        return this.question.query.replace(PARAMETER, (_, start: string, given: string, middle: string, name: string, end: string) =>
            [start, values.get(name) ?? given, middle, end].join(""),
        );
    }

    private async written(given: string, value: string, field: unknown): Promise<string> {
        const suffix = /^"(?:[^"\\]|\\.)*"(.*)$/.exec(given)?.[1];
        if (suffix !== undefined) {
            return quoted(value) + suffix;
        }
        if (/^[+-]?\d/.test(given) && /^[+-]?\d+(\.\d+)?$/.test(value)) {
            return value;
        }
        if (/^(true|false)$/.test(given) && /^(true|false)$/.test(value)) {
            return value;
        }
        return /^(<|[\w-]*:)/.test(given) ? `<${await this.thing(value, field)}>` : given;
    }

    private async thing(value: string, field: unknown): Promise<string> {
        const iri = chosenIri(field, value) ?? value.replace(/^<|>$/g, "");
        if (/^https?:[^<>"{}|^`\\\s]+$/.test(iri)) {
            return iri;
        }
        const [, prefix = "", local = ""] = /^([\w-]+):([\w.-]+)$/.exec(value) ?? [];
        const space = this.question.prefixes?.[prefix];
        if (space) {
            return space + local;
        }
        const text = quoted(value);
        const found = await this.source.query(`PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT DISTINCT ?thing WHERE {
    { ?thing dcterms:identifier ${text} } UNION { ?thing skos:prefLabel ?label FILTER(LCASE(STR(?label)) = LCASE(${text})) }
    FILTER(ISIRI(?thing))
} ORDER BY ?thing LIMIT 1`);
        const iriFound = found.rows[0]?.thing?.value;
        if (!iriFound) {
            throw new Error(this.say("unknown", { value }));
        }
        return iriFound;
    }
}

/** What the link to this page fixes: a permanent link in its query, one made here behind the `#`. */
function shared(): URLSearchParams {
    return new URLSearchParams(location.hash.slice(1) || location.search);
}

/** The same parameters with the view an answer is shown in. */
function withView(parameters: string, view: string): string {
    const given = new URLSearchParams(parameters);
    given.set(VIEW, view);
    return String(given).replaceAll("%3A", ":");
}

/** What a link fixed that this page cannot keep: it has one release, and knows no days. */
function remarks(question: Question): HTMLElement[] {
    return [...shared()]
        .filter(([name, value]) => value && value !== question.release && question.said?.[name])
        .map(([name, value]) => make("p", { class: "notice", role: "status" }, question.said?.[name]?.replaceAll("{}", value) ?? ""));
}

const collator = new Intl.Collator(language, { numeric: true });

/** Offer in pick lists the things of their kinds, which a page leaves to the labels that the search has too. */
async function offerThings(form: HTMLFormElement, ids: string): Promise<void> {
    const groups = [...form.querySelectorAll<HTMLOptGroupElement>("optgroup[data-kind]")];
    const things = groups.length ? await loadData<Found[]>(`${root}data/labels.js`, "pan2kgLabels") : [];
    for (const group of groups) {
        const select = group.closest("select");
        const value = select?.value ?? "";
        const kind = group.dataset.kind ?? "";
        const options = things.filter(({ type }) => type === kind).map((one) => {
            const [name, lang] = labelOf(one);
            const key = one.href.slice(kind.length + 1, -".html".length);
            const text = kind === "action" && one.notation && one.notation !== name ? `${one.notation} ${name}` : name;
            return make("option", { value: key, lang: lang === language ? undefined : lang, "data-iri": one.iri ?? `${ids}${kind}/${key}` }, text);
        });
        const place = ({ text, value: key }: HTMLOptionElement): string => (kind === "action" ? key : text);
        group.replaceChildren(...options.sort((a, b) => collator.compare(place(a), place(b))));
        if (select) {
            choose(select, value);
        }
    }
}

/** Take a value over; a pick list that does not have it, since a link may write a prefix or an IRI, gets it as it is. */
function choose(field: HTMLInputElement | HTMLSelectElement, value: string): void {
    field.value = value;
    if (field instanceof HTMLSelectElement && field.value !== value) {
        field.append(make("option", { value, selected: true }, value));
    }
}

function fieldValue(field: unknown): string {
    const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof RadioNodeList;
    return isField ? field.value.trim() : "";
}

function plain(text: string): string {
    return text.replace(/\s+/g, " ").trim().toLowerCase();
}

/** The IRI an option carries in `data-iri`, in a pick list or in the list of suggestions of a field. */
function chosenIri(field: unknown, value: string): string | undefined {
    const options = field instanceof HTMLSelectElement ? field.options : field instanceof HTMLInputElement ? field.list?.children : undefined;
    const offered = [...(options ?? [])] as HTMLOptionElement[];
    const option = offered.find((one) => one.value === value) ?? offered.find((one) => plain(one.text) === plain(value));
    return option?.dataset.iri;
}

function quoted(text: string): string {
    return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

customElements.define("question-form", QuestionForm);
