// How a query is laid out: a group in braces a step further in, a statement a line; words and comments stay as they are.

import { type Token, tokensOf } from "../sparql";

const STEP = "    ";
const SHORT = 72;
const PROLOGUE = /^(?:prefix|base)$/i;
const FORM = /^(?:select|ask|construct|describe)$/i;
const PATTERN = /^(?:filter|optional|bind|minus|values|graph|service|select)$/i;
const MODIFIER = /^(?:group|having|order|limit|offset|values)$/i;

/** The same words in the same order, laid out anew; what stood together without a space still does. */
export function laidOut(query: string): string {
    return new Layout(query).write();
}

class Layout {
    private readonly tokens: Token[];
    private lines: string[] = [];
    private line = "";
    private depth = 0;
    private round = 0;
    private inStatement = false;

    constructor(private readonly query: string) {
        this.tokens = tokensOf(query);
    }

    write(): string {
        for (let at = 0; at < this.tokens.length; at += 1) {
            at = this.put(at);
        }
        this.end();
        return `${this.lines.join("\n").replace(/\n{3,}/g, "\n\n").trim()}\n`;
    }

    /** Write the word at a place; gives the place of the last word that was written. */
    private put(at: number): number {
        const { text } = this.tokens[at] as Token;
        if (text.startsWith("#")) {
            if (this.gap(at).includes("\n")) {
                this.end();
            }
            this.add(text, at);
            this.end();
        } else if (text === "{") {
            return this.open(at);
        } else if (text === "}") {
            this.end();
            this.depth = Math.max(0, this.depth - 1);
            this.inStatement = false;
            this.add(text, at);
            if (!/^(?:union|\.)$/i.test(this.word(at + 1))) {
                this.end();
            }
        } else {
            this.plain(text, at);
        }
        return at;
    }

    private plain(text: string, at: number): void {
        if (this.begins(text, at)) {
            this.end();
        }
        if (FORM.test(text) && this.depth === 0 && this.lines.length && !this.lines.at(-1)?.startsWith("#")) {
            this.lines.push("");
        }
        this.round += text === "(" || text === "[" ? 1 : text === ")" || text === "]" ? -1 : 0;
        this.add(text, at);
        if (this.depth > 0 && this.round <= 0 && (text === "." || text === ";") && !this.isNote(at + 1)) {
            this.end();
            this.inStatement = text === ";";
        }
    }

    /** Whether a word begins a line of its own. */
    private begins(text: string, at: number): boolean {
        if (PROLOGUE.test(text)) {
            return true;
        }
        if (this.round > 0) {
            return false;
        }
        if (this.depth === 0) {
            return MODIFIER.test(text) || (FORM.test(text) && this.lines.length + this.line.length > 0);
        }
        if (PATTERN.test(text)) {
            this.inStatement = false;
            return true;
        }
        return this.isModifier(text, at);
    }

    /** A modifier of a query inside another stands after its closing brace. */
    private isModifier(text: string, at: number): boolean {
        return MODIFIER.test(text) && this.word(at - 1) === "}";
    }

    /** Begin a group: in one line where it is short and was, else a step further in. */
    private open(at: number): number {
        const close = this.closing(at);
        const inside = close < 0 ? undefined : this.query.slice((this.tokens[at] as Token).from, (this.tokens[close] as Token).from + 1);
        const isShort = this.line.trim() && inside !== undefined && inside.length <= SHORT && !/[\n#]/.test(inside) && !/\{.*\{/.test(inside);
        if (isShort && this.depth > 0) {
            for (let next = at; next <= close; next += 1) {
                this.add((this.tokens[next] as Token).text, next);
            }
            if (!/^(?:union|\.|;)$/i.test(this.word(close + 1)) && !this.isNote(close + 1) && this.round <= 0) {
                this.end();
            }
            return close;
        }
        this.add("{", at);
        if (!this.isNote(at + 1)) {
            this.end();
        }
        this.depth += 1;
        this.inStatement = false;
        return at;
    }

    private closing(at: number): number {
        let depth = 0;
        return this.tokens.findIndex(({ text }, place) => {
            depth += place < at ? 0 : text === "{" ? 1 : text === "}" ? -1 : 0;
            return place >= at && depth === 0;
        });
    }

    private word(at: number): string {
        return this.tokens[at]?.text ?? "";
    }

    /** Whether a comment follows on the same line. */
    private isNote(at: number): boolean {
        return this.word(at).startsWith("#") && !this.gap(at).includes("\n");
    }

    /** What stood before a word in the query as it was written. */
    private gap(at: number): string {
        const [before, here] = [this.tokens[at - 1], this.tokens[at]];
        return here ? this.query.slice(before ? before.from + before.text.length : 0, here.from) : "";
    }

    private add(text: string, at: number): void {
        const isApart = this.gap(at) !== "" || text === "{" || text === "}" || this.word(at - 1) === "{" || this.word(at - 1) === "}";
        this.line += this.line && isApart ? ` ${text}` : text;
    }

    private end(): void {
        if (this.line) {
            const isClosing = this.line.startsWith("}");
            this.lines.push(STEP.repeat(this.depth + (this.inStatement && !isClosing ? 1 : 0)) + this.line);
            this.line = "";
        }
    }
}
