// The SPARQL editor: CodeMirror in place of a text area, with completion, the meaning of names, and mistakes where they stand.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { make, offer, type Say } from "../page";
import type { Found } from "../search";
import { completer } from "./completion";
import { hover } from "./hover";
import { findingsIn, hintsOn } from "./lint";
import type { Vocabulary } from "./vocabulary";

export type { Vocabulary } from "./vocabulary";

export interface Options {
    vocabulary: Vocabulary;
    label: string;
    say: Say;
    run(): void;
    /** Things by words, best first. */
    things(words: string): Promise<Found[]>;
    /** The name of a thing by its IRI. */
    named(iri: string): Promise<string | undefined>;
}

export interface Editor {
    text: string;
    focus(): void;
    /** Put the cursor at a line and a column, both counted from 1. */
    point(line: number, column: number): void;
    /** What the text names that the graph does not know, a sentence each. */
    hints(): string[];
}

const COLOURS = HighlightStyle.define([
    { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
    { tag: [tags.variableName, tags.local(tags.variableName)], color: "var(--code-variable)" },
    { tag: [tags.number, tags.bool], color: "var(--code-number)" },
    { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
    { tag: [tags.url, tags.namespace, tags.propertyName], color: "var(--code-name)" },
]);

const LOOK = EditorView.theme({
    "&": { fontSize: "0.9375rem", backgroundColor: "var(--field)", color: "var(--ink)", minHeight: "12rem" },
    "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "1px" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", minHeight: "12rem", maxHeight: "60vh" },
    ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--muted)", borderRight: "1px solid var(--line)" },
    ".cm-cursor": { borderLeftColor: "var(--ink)" },
    ".cm-activeLine": { backgroundColor: "transparent" },
    "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, ::selection": { backgroundColor: "var(--selection)" },
    ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--strong-line)" },
    ".cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem", fontFamily: "var(--mono)" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
    ".cm-tooltip .hovered": { padding: "0.25rem 0.5rem", maxWidth: "34rem", overflowWrap: "anywhere" },
    ".cm-diagnosticText": { fontFamily: "var(--sans)" },
    ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", marginLeft: "1rem" },
});

/** Put an editor in place of the text area; it keeps the value, the selection and the focus, and the form still sends it. */
function edit(area: HTMLTextAreaElement, options: Options): Editor {
    const host = make("div", { class: "editor" });
    // A shadow root, since only there are the editor's rules adopted as the content policy allows.
    const shadow = host.attachShadow({ mode: "open" });
    const attributes: Record<string, string> = { "aria-label": options.label, spellcheck: "false", autocapitalize: "off" };
    const hadFocus = document.activeElement === area;
    const length = area.value.length;
    const view = new EditorView({
        root: shadow,
        parent: shadow,
        state: EditorState.create({
            doc: area.value,
            selection: { anchor: Math.min(area.selectionStart, length), head: Math.min(area.selectionEnd, length) },
            extensions: [
                keymap.of([
                    { key: "Mod-Enter", run: () => (options.run(), true) },
                    ...closeBracketsKeymap,
                    ...completionKeymap,
                    ...historyKeymap,
                    ...defaultKeymap,
                ]),
                lineNumbers(),
                history(),
                indentOnInput(),
                bracketMatching(),
                closeBrackets(),
                highlightActiveLine(),
                sparql(),
                autocompletion({ override: [completer(options.vocabulary, options.things)], icons: false }),
                hover(options.vocabulary, options.named),
                linter((view) => findingsIn(view.state.doc.toString(), options.vocabulary, options.say)),
                syntaxHighlighting(COLOURS),
                LOOK,
                EditorView.lineWrapping,
                EditorView.contentAttributes.of(attributes),
                EditorView.updateListener.of((update) => {
                    if (update.docChanged) {
                        area.value = update.state.doc.toString();
                        area.dispatchEvent(new Event("change", { bubbles: true }));
                    }
                }),
            ],
        }),
    });
    area.before(host);
    area.hidden = true;
    if (hadFocus) {
        view.focus();
    }
    document.querySelector(`label[for="${area.id}"]`)?.addEventListener("click", () => view.focus());
    return {
        get text() {
            return view.state.doc.toString();
        },
        set text(text: string) {
            view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 } });
        },
        focus: () => view.focus(),
        hints: () => hintsOn(view.state.doc.toString(), options.vocabulary, options.say),
        point(line, column) {
            const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
            view.dispatch({ selection: { anchor: Math.min(at.from + Math.max(column - 1, 0), at.to) }, scrollIntoView: true });
        },
    };
}

export interface EditorPart {
    edit: typeof edit;
}

offer<EditorPart>("editor", { edit });
