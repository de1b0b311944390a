// What the editor knows of the graph: prefixes, terms, and where the names of things are asked for.

import { type Found, labelOf } from "../search";
import { prefixesIn } from "../sparql";

export interface VocabularyTerm {
    /** The prefixed name. */
    name: string;
    label?: string;
    kind?: string;
}

export interface Vocabulary {
    prefixes: Record<string, string>;
    terms: VocabularyTerm[];
    /** What the IRIs of things begin with that have a page of their own. */
    ids?: string;
}

/** The IRI of a prefixed name or of one in angle brackets, by the prefixes of the query, then by those of the project. */
export function iriOf(word: string, query: string, vocabulary: Vocabulary): string | undefined {
    if (word.startsWith("<")) {
        return word.slice(1, -1);
    }
    const at = word.indexOf(":");
    const prefix = word.slice(0, at);
    const space = prefixesIn(query).get(prefix) ?? vocabulary.prefixes[prefix];
    return at < 0 || space === undefined ? undefined : space + word.slice(at + 1).replaceAll("\\", "");
}

/** The term with an IRI. */
export function termOf(iri: string, vocabulary: Vocabulary): VocabularyTerm | undefined {
    return vocabulary.terms.find(({ name }) => iriOf(name, "", vocabulary) === iri);
}

/** The IRI of a thing that was found, and how a query writes it. */
export function written(found: Found, vocabulary: Vocabulary): string | undefined {
    const iri = found.iri ?? (vocabulary.ids && !found.href.includes("#") ? vocabulary.ids + found.href.replace(/\.html$/, "") : undefined);
    if (!iri) {
        return undefined;
    }
    const spaces = Object.entries(vocabulary.prefixes).filter(([, space]) => iri.startsWith(space) && /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(iri.slice(space.length)));
    const best = spaces.sort(([, one], [, two]) => two.length - one.length)[0];
    return best ? `${best[0]}:${iri.slice(best[1].length)}` : `<${iri}>`;
}

export function nameOf(found: Found): string {
    const [label] = labelOf(found);
    return /^\d/.test(found.notation ?? "") ? `${found.notation} ${label}` : label;
}
