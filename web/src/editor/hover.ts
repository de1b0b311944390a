// What an IRI or a prefixed name means: its name in the language of the page, and the whole IRI.

import { type Tooltip, hoverTooltip } from "@codemirror/view";
import { make } from "../page";
import { tokensOf } from "../sparql";
import { iriOf, termOf, type Vocabulary } from "./vocabulary";

/** `named` gives the name of a thing by its IRI. */
export function hover(vocabulary: Vocabulary, named: (iri: string) => Promise<string | undefined>) {
    return hoverTooltip(async (view, position): Promise<Tooltip | null> => {
        const query = view.state.doc.toString();
        const token = tokensOf(query).find(({ text, from }) => from <= position && position < from + text.length);
        const iri = token && !/^["'#?$@]/.test(token.text) ? iriOf(token.text, query, vocabulary) : undefined;
        if (!token || !iri) {
            return null;
        }
        const label = termOf(iri, vocabulary)?.label || (await named(iri).catch(() => undefined));
        const create = () => ({ dom: make("div", { class: "hovered" }, label && make("strong", {}, label), label && make("br"), iri) });
        return { pos: token.from, end: token.from + token.text.length, above: true, create };
    });
}
