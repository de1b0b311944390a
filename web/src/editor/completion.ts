// What may be written next: by its name in the language of the page, and by the place in the query.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import { folded, type Found } from "../search";
import { type Place, placeAfter } from "../sparql";
import { nameOf, type Vocabulary, written } from "./vocabulary";

const KEYWORDS =
    "ASK BIND CONSTRUCT COUNT DESCRIBE DISTINCT EXISTS FILTER FROM GRAPH GROUP_CONCAT HAVING LIMIT MINUS NAMED NOT OFFSET OPTIONAL ORDER PREFIX REGEX SAMPLE SELECT STR STRSTARTS SUM UNION VALUES WHERE COALESCE CONTAINS LANG LANGMATCHES LCASE BOUND IF AVG MIN MAX".split(
        " ",
    );
const WORD = /[\p{L}\p{N}_-]*:?[\p{L}\p{N}_/.-]*$/u;
const MOST = 60;
const SHORTEST = 2;
/** What may stand at a place, besides variables. */
const KINDS: Record<Place, string[]> = {
    property: ["property"],
    class: ["class"],
    object: ["thing", "class"],
    subject: ["thing", "keyword"],
    elsewhere: ["keyword", "class", "property", "thing"],
};

type Complete = (context: CompletionContext) => CompletionResult | null | Promise<CompletionResult | null>;

/** `things` finds things by words, best first. */
export function completer(vocabulary: Vocabulary, things: (words: string) => Promise<Found[]>): Complete {
    return (context) => {
        const variable = context.matchBefore(/[?$]\w*$/);
        if (variable) {
            const names = new Set(context.state.doc.toString().match(/[?$]\w+/g) ?? []);
            names.delete(variable.text);
            return { from: variable.from, options: [...names].sort().map((label) => ({ label, type: "variable" })), validFor: /^[?$]\w*$/ };
        }
        const declaration = context.matchBefore(/PREFIX\s+[\w-]*$/i);
        if (declaration) {
            const options = Object.entries(vocabulary.prefixes).map(([name, iri]): Completion => ({ label: `${name}: <${iri}>` }));
            return { from: context.pos - (/[\w-]*$/.exec(declaration.text)?.[0].length ?? 0), options };
        }
        const word = context.matchBefore(WORD);
        if (!word || (word.from === word.to && !context.explicit)) {
            return null;
        }
        return suggested(word.text, word.from, placeAfter(context.state.sliceDoc(0, word.from)));
    };

    async function suggested(word: string, from: number, place: Place): Promise<CompletionResult> {
        const kinds = KINDS[place];
        const found = kinds.includes("thing") && word.length >= SHORTEST ? await things(word.replace(/^\w+:(?=.)/, "")).catch(() => []) : [];
        const known = [...terms(word, kinds), ...(kinds.includes("keyword") ? keywords(word) : []), ...prefixes(word)];
        const named = found.flatMap((one): Completion[] => {
            const name = written(one, vocabulary);
            return name ? [{ label: name, displayLabel: nameOf(one), detail: name, type: "thing", apply: write(name) }] : [];
        });
        return { from, options: [...known, ...named], filter: false };
    }

    /** Terms whose name or label has the word: those that begin with it first. */
    function terms(word: string, kinds: string[]): Completion[] {
        const asked = folded(word);
        const rank = ({ name, label = "" }: { name: string; label?: string }): number => {
            const [full, local, said] = [name.toLowerCase(), folded(name.replace(/^.*?:/, "")), ` ${folded(label)}`];
            const typed = word.toLowerCase();
            return full.startsWith(typed) ? 0 : asked && local.startsWith(asked) ? 1 : asked && said.includes(` ${asked}`) ? 2 : asked && local.includes(asked) ? 3 : 4;
        };
        return vocabulary.terms
            .filter(({ kind = "" }) => kinds.includes(kind))
            .map((term) => ({ term, place: rank(term) }))
            .filter(({ place }) => place < 4)
            .sort((one, two) => one.place - two.place)
            .slice(0, MOST)
            .map(({ term: { name, label, kind } }) => ({ label: name, detail: label, type: kind, apply: write(name) }));
    }

    function prefixes(word: string): Completion[] {
        return Object.entries(vocabulary.prefixes)
            .filter(([name]) => name.startsWith(word))
            .map(([name, space]) => ({ label: `${name}:`, detail: space, type: "namespace" }));
    }

    /** Write a name, and declare its prefix at the top where the query does not yet. */
    function write(name: string) {
        return (view: EditorView, _: Completion, from: number, to: number): void => {
            const line = declarationFor(name, view.state.doc.toString(), vocabulary);
            view.dispatch({
                changes: [{ from: 0, insert: line }, { from, to, insert: name }],
                selection: { anchor: line.length + from + name.length },
                userEvent: "input.complete",
            });
        };
    }
}

function keywords(word: string): Completion[] {
    return KEYWORDS.filter((one) => one.startsWith(word.toUpperCase())).map((label) => ({ label, type: "keyword" }));
}

/** The line that declares the prefix of a name; nothing where the query has it, or the project does not know it. */
export function declarationFor(name: string, query: string, vocabulary: Vocabulary): string {
    const prefix = name.startsWith("<") ? "<" : name.slice(0, name.indexOf(":"));
    const iri = vocabulary.prefixes[prefix];
    return iri && !new RegExp(`prefix\\s+${prefix}:`, "i").test(query) ? `PREFIX ${prefix}: <${iri}>\n` : "";
}
