// Finding things by what a person types, where no server does: the rules are those of pan2kg/graph/search.py.

import { language, languages, loadData } from "./page";

/** One thing that can be found; `href` is relative to the folder of the language, `also` what it is called beside. */
export interface Found {
    href: string;
    /** Where it is not told by `href`. */
    iri?: string;
    type?: string;
    typeLabel?: string;
    label?: string;
    lang?: string;
    labels?: Record<string, string>;
    /** Its own name where `labels` has its short one. */
    full?: Record<string, string>;
    notation?: string;
    also?: string[];
}

/** A thing made ready: its names as words, and those meant where they are typed whole. */
interface Ready {
    found: Found;
    words: string;
    whole: Set<string>;
}

const LETTERS: Record<string, string> = { œ: "oe", æ: "ae", ø: "o", ß: "ss", ł: "l", đ: "d" };
const LONGEST = 24;
const MOST_WORDS = 12;
const TYPED = 4;

const made = new WeakMap<Found[], Ready[]>();

/** The words in lower case without accents, a space between them. */
export function folded(text: string): string {
    return text
        .normalize("NFKD")
        .toLowerCase()
        .replace(/[œæøßłđ]/g, (letter) => LETTERS[letter] ?? letter)
        .normalize("NFKD")
        .replace(/\p{M}/gu, "")
        .replace(/[^\p{L}\p{N}]+/gu, " ")
        .trim();
}

/** What a thing is called on this page, and in which language. */
export function labelOf(one: Found): [string, string | undefined] {
    const labels = one.labels ?? {};
    const lang = [...languages(), ...Object.keys(labels)].find((tag) => labels[tag]);
    return lang ? [labels[lang] ?? "", lang] : [one.label ?? one.href, one.lang];
}

/** The same of a service, or of the list of all labels where `source` ends in `.js`. */
export async function findIn(source: string, words: string, most: number): Promise<Found[]> {
    if (source.endsWith(".js")) {
        return find(await loadData<Found[]>(source, "pan2kgLabels"), words, most);
    }
    const answer = await fetch(`${source}?${new URLSearchParams({ q: words, lang: language })}`);
    return answer.ok ? ((await answer.json()) as Found[]).slice(0, most) : [];
}

/** What is meant, best first: typed whole, then with all words, then with all inside words, else a typing error away. */
export function find(all: Found[], words: string, most: number): Found[] {
    const asked = folded(words).split(" ").filter(Boolean).slice(0, MOST_WORDS);
    if (!asked.length) {
        return [];
    }
    // documents are named here for those who read titles in another language; nobody looks for them
    const ready = made.get(all) ?? all.filter((one) => one.type !== "document").map(prepared);
    made.set(all, ready);
    const whole = withoutZeros(asked.join(""));
    const tiers: Ready[][] = [[], [], []];
    for (const one of ready) {
        if (one.whole.has(whole)) {
            tiers[0]?.push(one);
        } else if (asked.every((word) => one.words.includes(` ${word}`))) {
            tiers[1]?.push(one);
        } else if (asked.every((word) => one.words.includes(word))) {
            tiers[2]?.push(one);
        }
    }
    const best = tiers.flat();
    return (best.length ? best : mistyped(ready, asked)).slice(0, most).map((one) => one.found);
}

function prepared(found: Found): Ready {
    const names = [...Object.values(found.labels ?? {}), found.label ?? "", ...(found.also ?? []), found.notation ?? ""].filter(Boolean);
    const whole = names.flatMap((name) => {
        const parts = /^(?:(.+?) [·–] |.*\(([^()]+)\)$)/.exec(name);
        return [name, parts?.[1] ?? parts?.[2] ?? ""].map((part) => withoutZeros(folded(part).replaceAll(" ", "")));
    });
    return { found, words: ` ${names.map(folded).join(" ")} `, whole: new Set(whole.filter((one) => one && one.length <= LONGEST)) };
}

function withoutZeros(code: string): string {
    return code.replace(/(?<=[a-z])0+(?=\d)/g, "");
}

function mistyped(ready: Ready[], asked: string[]): Ready[] {
    const known = [...new Set(ready.flatMap((one) => one.words.trim().split(" ")))];
    const meant = asked.map((word) => {
        const near = word.length < TYPED || /^\d+$/.test(word) ? [] : known.filter((one) => isNear(word, one));
        return [` ${word}`, ...near.map((one) => ` ${one} `)];
    });
    return ready.filter((one) => meant.every((ways) => ways.some((way) => one.words.includes(way))));
}

/** Whether a letter too many, too few, wrong or exchanged with its neighbour makes the one word the other. */
export function isNear(one: string, two: string): boolean {
    const [short, long] = one.length <= two.length ? [one, two] : [two, one];
    if (long.length - short.length > 1) {
        return false;
    }
    let at = 0;
    while (at < short.length && short[at] === long[at]) {
        at += 1;
    }
    const rest = long.slice(at + 1);
    if (short.length < long.length) {
        return short.slice(at) === rest;
    }
    return short.slice(at + 1) === rest || short.slice(at) === rest.slice(0, 1) + long.slice(at, at + 1) + rest.slice(1);
}
