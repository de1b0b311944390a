// What every script knows of the page it runs in: where its root is, its language, its words, and how to fetch parts.

interface Shared {
    parts: Record<string, unknown>;
    scripts: Record<string, Promise<void>>;
    names: Record<string, string>;
}

declare global {
    interface Window {
        pan2kg?: Shared;
        /** What the scripts say in the language of the page, by group: a script beside the labels hands it over. */
        pan2kgWords?: Record<string, Words>;
    }
}

const shared: Shared = (window.pan2kg ??= { parts: {}, scripts: {}, names: {} });
const html = document.documentElement;

export type Words = Record<string, string>;

/** The address of the site's root, relative to the page: every script of ours stands one folder below it. */
export const root = html.dataset.root ?? /^(.*\/|)assets\/[^/]*$/.exec(document.currentScript?.getAttribute("src") ?? "")?.[1] ?? "";
export const language = html.lang || "en";
export const isStatic = html.dataset.mode === "static";

/** Tell where the parts lie; the start script alone knows. */
export function setParts(names: Record<string, string>): void {
    shared.names = names;
}

/** Offer what a part can do to those who load it. */
export function offer<T>(part: string, api: T): void {
    shared.parts[part] = api;
}

/** Fetch a part of the bundle once, and give what it offers. */
export async function load<T>(part: string): Promise<T> {
    await loadScript(`${root}assets/${shared.names[part] ?? `${part}.js`}`);
    return shared.parts[part] as T;
}

/** Run a classic script once. Pages opened from disk may run scripts, but may not fetch. */
export function loadScript(address: string): Promise<void> {
    return (shared.scripts[address] ??= new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = () => resolve();
        script.onerror = () => {
            delete shared.scripts[address];
            reject(new Error(`${address} ✗`));
        };
        document.head.append(script);
    }));
}

/** Fetch data that is wrapped in a script calling a global function, such as `pan2kgLabels([...])`. */
export async function loadData<T>(address: string, callback: string): Promise<T> {
    const key = `data:${address}`;
    const globals = window as unknown as Record<string, (value: T) => void>;
    globals[callback] = (value) => {
        shared.parts[key] = value;
    };
    await loadScript(address);
    return shared.parts[key] as T;
}

/** The JSON in a script element of the class, inside the element; nothing where there is none. */
export function embedded<T>(element: Element, kind: string): T | undefined {
    const script = element.querySelector(`script.${kind}`);
    return script?.textContent ? (JSON.parse(script.textContent) as T) : undefined;
}

export interface Say {
    (key: string, values?: Record<string, string | number>): string;
    /** Whether there are words under a key. */
    has(key: string): boolean;
}

/** What the elements of a group say: the words of the language, and those an element was given instead. */
export function speaker(group: string, given?: Words): Say {
    return sayer({ ...window.pan2kgWords?.[group], ...given }, group);
}

const NUMBERS = new Intl.PluralRules(language);

/** The languages of the page's switch, the page's own first: in which a name is looked for, one after the other. */
export function languages(): string[] {
    return [language, ...Array.from(document.querySelectorAll<HTMLElement>(".languages [lang]"), (one) => one.lang)];
}

/**
 * How words are filled in. « one|many » is decided by `n`. A page that lacks words is at fault: its reader sees the bare
 * key rather than another language, and the console says whose words are missing.
 */
export function sayer(own: Words, group: string): Say {
    const has = (key: string): boolean => Object.hasOwn(own, key);
    const say = (key: string, values: Record<string, string | number> = {}): string => {
        if (!has(key)) {
            console.error(`words: ${group}.${key} ✗`);
        }
        const [one = "", many] = (own[key] ?? key).split("|");
        const n = Number(values.n);
        const text = many === undefined || NUMBERS.select(n) === "one" ? one : many;
        return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
            const value = values[name];
            return value === undefined ? whole : typeof value === "number" ? value.toLocaleString(language) : value;
        });
    };
    return Object.assign(say, { has });
}

const MARK = (1000).toLocaleString(language).replace(/\d/g, "");
const GROUPS = new RegExp(`(\\d)[${MARK}](?=\\d{3}(?!\\d))`, "g");

/** Text whose numbers are without the marks between thousands, so that they are found and sorted as numbers. */
export function ungrouped(text: string): string {
    return MARK ? text.replace(GROUPS, "$1") : text;
}

type Child = Node | string | null | undefined | false;

/** An element with properties, attributes (names with a hyphen, `role` or `for`) and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Record<string, string | number | boolean | EventListener | undefined> = {},
    ...children: Child[]
): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") {
            element.addEventListener(name, value);
        } else if (value === true) {
            element.setAttribute(name, "");
        } else if (value !== false && value !== undefined) {
            element.setAttribute(name, String(value));
        }
    }
    element.append(...children.filter((child): child is Node | string => Boolean(child)));
    return element;
}

let count = 0;

/** An id no other element has. */
export function freshId(stem: string): string {
    count += 1;
    return `${stem}-${count}`;
}

/** Text without accents and in small letters, as a person searches. */
export function fold(text: string): string {
    return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[’']/g, " ").toLowerCase();
}

/** What went wrong, as a sentence. */
export function sentence(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

/** Remember in the browser; pages from disk and strict browsers may forbid it. */
export const memory = {
    get(key: string): string | null {
        try {
            return localStorage.getItem(`pan2kg.${key}`);
        } catch {
            return null;
        }
    },
    set(key: string, value: string): void {
        try {
            localStorage.setItem(`pan2kg.${key}`, value);
        } catch {
            // nothing is remembered, and nothing is lost
        }
    },
};

/** A line of CSV as SPARQL 1.1 writes it. */
export function csvLine(cells: string[]): string {
    return `${cells.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",")}\r\n`;
}

/** Offer a file to save. */
export function save(name: string, content: Blob | string, type = "text/plain"): void {
    const blob = typeof content === "string" ? new Blob([content], { type }) : content;
    const link = make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
