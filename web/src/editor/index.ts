// The SPARQL editor: CodeMirror in place of a text area, with completion of prefixes, terms, variables and keywords.

import {
    autocompletion,
    closeBrackets,
    closeBracketsKeymap,
    type Completion,
    type CompletionContext,
    completionKeymap,
    type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { make, offer } from "../page";

/** What can be completed: prefixes, and terms as prefixed names with their labels. */
export interface Vocabulary {
    prefixes: Record<string, string>;
    terms: { name: string; label?: string; kind?: string }[];
}

export interface Options {
    vocabulary: Vocabulary;
    label: string;
    describedBy?: string;
    run(): void;
}

export interface Editor {
    text: string;
    focus(): void;
    /** Put the cursor at a line and a column, both counted from 1. */
    point(line: number, column: number): void;
}

const KEYWORDS =
    "ASK BIND CONSTRUCT COUNT DESCRIBE DISTINCT EXISTS FILTER FROM GRAPH GROUP_CONCAT HAVING LIMIT MINUS NAMED NOT OFFSET OPTIONAL ORDER PREFIX REGEX SAMPLE SELECT STR STRSTARTS SUM UNION VALUES WHERE COALESCE CONTAINS LANG LANGMATCHES LCASE BOUND IF AVG MIN MAX"
        .split(" ")
        .map((label): Completion => ({ label, type: "keyword" }));

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
                autocompletion({ override: [completer(options.vocabulary)], icons: false }),
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
        point(line, column) {
            const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
            view.dispatch({ selection: { anchor: Math.min(at.from + Math.max(column - 1, 0), at.to) }, scrollIntoView: true });
        },
    };
}

function completer(vocabulary: Vocabulary): (context: CompletionContext) => CompletionResult | null {
    const terms = vocabulary.terms.map(({ name, label, kind }): Completion => ({ label: name, detail: label, type: kind, apply: write(name) }));
    const prefixes = Object.keys(vocabulary.prefixes).map((name): Completion => ({ label: `${name}:`, detail: vocabulary.prefixes[name], type: "namespace" }));
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
        const word = context.matchBefore(/[\w-]*:?[\w-]*$/);
        if (!word || (word.from === word.to && !context.explicit)) {
            return null;
        }
        const options = word.text.includes(":") ? terms : [...prefixes, ...terms, ...KEYWORDS];
        return { from: word.from, options, validFor: /^[\w-]*:?[\w-]*$/ };
    };

    /** Write a term, and declare its prefix at the top where the query does not yet. */
    function write(name: string) {
        return (view: EditorView, _: Completion, from: number, to: number): void => {
            const prefix = name.slice(0, name.indexOf(":"));
            const iri = vocabulary.prefixes[prefix];
            const isDeclared = new RegExp(`prefix\\s+${prefix}:`, "i").test(view.state.doc.toString());
            const line = iri && !isDeclared ? `PREFIX ${prefix}: <${iri}>\n` : "";
            view.dispatch({
                changes: [{ from: 0, insert: line }, { from, to, insert: name }],
                selection: { anchor: line.length + from + name.length },
                userEvent: "input.complete",
            });
        };
    }
}

export interface EditorPart {
    edit: typeof edit;
}

offer<EditorPart>("editor", { edit });
