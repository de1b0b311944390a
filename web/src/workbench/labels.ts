// Labels for the IRIs of an answer, asked of the same source: a reader never meets a bare IRI.

import { isStatic, language, languages, root } from "../page";
import type { Reply, Term } from "../reply";
import type { Source } from "./source";

const MOST = 400;
const IDS = "https://w3id.org/pan2kg/id/";
const TERMS = "https://w3id.org/pan2kg/ontology#";
const PAGES = new Set(
    "action body category conflict group instrument obligation plan provision recommendation review topic".split(" "),
);

export interface Name {
    label: string;
    lang?: string;
    /** Where it leads: to its page here, to the address it has from others, or nowhere. */
    href?: string;
    /** What kind of thing it is, where it has a page of its own. */
    type?: string;
}

/** Ask for the labels of the things in these rows. */
export function namesIn(reply: Reply, source: Source): Promise<Map<string, Name>> {
    const iris = new Set<string>();
    for (const row of reply.rows) {
        for (const name of reply.columns) {
            const term = row[name];
            if (term?.type === "uri" && iris.size < MOST && !/[<>"{}|^`\\\s]/.test(term.value)) {
                iris.add(term.value);
            }
        }
    }
    return namesOf([...iris], source);
}

/** Ask for the labels of things. */
export async function namesOf(iris: string[], source: Source): Promise<Map<string, Name>> {
    const names = new Map<string, Name>();
    if (!iris.length) {
        return names;
    }
    const found = await source.query(question(iris)).catch(() => undefined);
    for (const row of found?.rows ?? []) {
        const { thing, label, key, instrument, scheme } = row;
        const before = thing && names.get(thing.value);
        if (thing && label && (!before || rank(label) < rank({ type: "literal", value: before.label, lang: before.lang }))) {
            names.set(thing.value, { label: label.value, lang: label.lang, ...pageOf(thing.value, instrument && key?.value, Boolean(scheme)) });
        }
    }
    return names;
}

function question(iris: string[]): string {
    return `PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
SELECT DISTINCT ?thing ?label ?key ?instrument ?scheme WHERE {
    VALUES ?thing { ${iris.map((iri) => `<${iri}>`).join(" ")} }
    ?thing skos:prefLabel|rdfs:label|dcterms:title ?label .
    OPTIONAL { ?thing dcterms:identifier ?key . ?thing a ?instrument . FILTER(?instrument IN (pan:LegalAct, pan:SoftLaw, pan:Instrument)) }
    OPTIONAL { ?thing skos:inScheme ?scheme }
}`;
}

/** The sooner, the better: in the language of titles, in that of the page, else in one of the others. */
function rank(label: Term): number {
    const titles = document.querySelector<HTMLSelectElement>("data-language select")?.value || language;
    const place = [titles, ...languages()].indexOf(label.lang ?? "");
    return place < 0 ? 9 : place;
}

/**
 * The page of a thing, relative to this page, and what kind of page that is: terms and concepts stand in the documentation
 * of the ontology, and what has no page is found by its IRI, where a server answers for that.
 */
function pageOf(iri: string, instrument?: string, isConcept = false): { href?: string; type?: string } {
    const here = `${root}${language}`;
    if (iri.startsWith(TERMS)) {
        return { href: `${here}/ontology.html#${iri.slice(TERMS.length)}` };
    }
    if (instrument) {
        return { href: `${here}/instrument/${instrument}.html`, type: "instrument" };
    }
    if (!iri.startsWith(IDS)) {
        return { href: iri };
    }
    const [type = "", key = ""] = iri.slice(IDS.length).split("/");
    if (key && PAGES.has(type)) {
        return { href: `${here}/${type}/${key}.html`, type };
    }
    return { href: isConcept ? `${here}/ontology.html#${type}-${key}` : isStatic ? undefined : `${root}id/${type}/${key}` };
}

/** Where a thing leads that has no name. */
export function hrefOf(iri: string): string | undefined {
    return pageOf(iri).href;
}

/** The end of an IRI, for those without a label. */
export function shortOf(iri: string): string {
    return decodeURIComponent(/[^#/]*[#/]?$/.exec(iri)?.[0] ?? "").replace(/%$/, "") || iri;
}
