// As much of SPARQL as is needed to know what kind of query a text is, without reading inside strings and comments.

const TOKEN =
    /#[^\n]*|<[^<>"{}|^`\\\s]*>|"""(?:[^"\\]|\\[^]|"(?!""))*"""|'''(?:[^'\\]|\\[^]|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[?$][\p{L}\p{N}_]+|@[A-Za-z-]+|[\p{L}_][\p{L}\p{N}_.-]*:|:[\p{L}\p{N}_.%\\-]*|[A-Za-z_]+|\S/gu;

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
    for (const [token] of text.matchAll(TOKEN)) {
        const word = token.toLowerCase();
        const isName = before.endsWith(":") && before.length > 0 && /^[\p{L}_]/u.test(token) && !token.endsWith(":");
        if (/^[?$]/.test(token)) {
            if (!shape.variables.includes(token.slice(1))) {
                shape.variables.push(token.slice(1));
            }
        } else if (token.startsWith("#")) {
            continue;
        } else if (/^[a-z]+$/.test(word) && !isName) {
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
