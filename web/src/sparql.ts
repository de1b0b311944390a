// As much of SPARQL as is needed to know what kind of query a text is, without reading inside strings and comments.

const TOKEN = new RegExp(
    [
        /#[^\n]*/u,
        /<[^<>"{}|^`\\\s]*>/u,
        /"""(?:[^"\\]|\\[^]|"(?!""))*"""|'''(?:[^'\\]|\\[^]|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/u,
        /[?$][\p{L}\p{N}_]+/u,
        /@[A-Za-z-]+/u,
        /(?:[\p{L}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?)?:(?:(?:[\p{L}\p{N}_:%.-]|\\.)*(?:[\p{L}\p{N}_:%-]|\\.))?/u,
        /[A-Za-z_]+/u,
        /\d+(?:\.\d+)?/u,
        /&&|\|\||\^\^|[!<>]=/u,
        /\S/u,
    ]
        .map((one) => one.source)
        .join("|"),
    "gu",
);

/** A word of a query and where it begins: a comment, an IRI, a string, a variable, a prefixed name, a keyword, a sign. */
export interface Token {
    text: string;
    from: number;
}

export function tokensOf(text: string): Token[] {
    return Array.from(text.matchAll(TOKEN), (found) => ({ text: found[0], from: found.index }));
}

export type Form = "select" | "ask" | "construct" | "describe" | "update" | "unknown";

export interface Shape {
    form: Form;
    /** Whether the query says itself which graphs it is asked of. */
    names: boolean;
    service: boolean;
    star: boolean;
    /** Variables in the order in which they first stand in the text. */
    variables: string[];
}

const FORMS = new Set(["select", "ask", "construct", "describe"]);
const UPDATES = new Set(["insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with"]);

export function shapeOf(text: string): Shape {
    const shape: Shape = { form: "unknown", names: false, service: false, star: false, variables: [] };
    let before = "";
    for (const { text: token } of tokensOf(text)) {
        const word = token.toLowerCase();
        if (/^[?$]/.test(token)) {
            if (!shape.variables.includes(token.slice(1))) {
                shape.variables.push(token.slice(1));
            }
        } else if (token.startsWith("#")) {
            continue;
        } else if (/^[a-z]+$/.test(word)) {
            if (shape.form === "unknown" && FORMS.has(word)) {
                shape.form = word as Form;
            } else if (shape.form === "unknown" && UPDATES.has(word)) {
                shape.form = "update";
            }
            shape.names ||= word === "from";
            shape.service ||= word === "service";
        } else if (token === "*" && ["select", "distinct", "reduced"].includes(before)) {
            shape.star ||= shape.form === "select";
        }
        before = word;
    }
    return shape;
}

/** Put the columns of `SELECT *` in the order in which a reader met them. */
export function orderColumns(shape: Shape, columns: string[]): string[] {
    if (!shape.star) {
        return columns;
    }
    const place = (name: string): number => (shape.variables.includes(name) ? shape.variables.indexOf(name) : Infinity);
    return [...columns].sort((one, two) => place(one) - place(two));
}

/** What may stand at the end of a text: a thing, a property, a class, anything that is said of something, or none of these. */
export type Place = "subject" | "property" | "class" | "object" | "elsewhere";

const TERM = /^(?:<.*>|[?$].+|["'].*|\d.*|[^:]*:.*|a|true|false)$/s;
const TYPE = /^(?:a|rdf:type|<http:\/\/www\.w3\.org\/1999\/02\/22-rdf-syntax-ns#type>)$/;

/** Where in its triple the next word of a query stands; the triple pattern is followed as far as this needs. */
export function placeAfter(text: string): Place {
    const outer: (readonly [Place | "done", boolean])[] = [];
    let place = "elsewhere" as Place | "done";
    let isClass = false;
    for (const { text: token } of tokensOf(text)) {
        if (token.startsWith("#") || token.startsWith("@") || token === "^^") {
            continue;
        }
        if (token === "{" || token === "(" || token === "[") {
            outer.push([place, isClass]);
            place = token === "{" ? "subject" : token === "[" || place === "property" ? "property" : "elsewhere";
        } else if (token === "}" || token === ")" || token === "]") {
            const [before, wasClass] = outer.pop() ?? ["elsewhere", false];
            place = token === "}" ? (outer.length ? "subject" : "elsewhere") : token === "]" || before === "property" ? after(before) : before;
            isClass = wasClass;
        } else if (place === "elsewhere") {
            continue;
        } else if (token === "." || token === ";" || token === ",") {
            place = token === "." ? "subject" : token === ";" ? "property" : "object";
        } else if (place === "object" && /^[/|^]$/.test(token)) {
            place = "property";
        } else if (TERM.test(token)) {
            isClass = place === "property" ? TYPE.test(token) : isClass;
            place = after(place);
        }
    }
    return place === "object" && isClass ? "class" : place === "done" ? "elsewhere" : place;
}

function after(place: Place | "done"): Place | "done" {
    return place === "subject" ? "property" : place === "property" ? "object" : "done";
}

/** The prefixes a query declares itself: name → namespace. */
export function prefixesIn(text: string): Map<string, string> {
    const tokens = tokensOf(text).filter(({ text: token }) => !token.startsWith("#"));
    const found = new Map<string, string>();
    tokens.forEach(({ text: token }, at) => {
        const [name, iri] = [tokens[at + 1]?.text, tokens[at + 2]?.text];
        if (/^prefix$/i.test(token) && name?.endsWith(":") && iri?.startsWith("<")) {
            found.set(name.slice(0, -1), iri.slice(1, -1));
        }
    });
    return found;
}
