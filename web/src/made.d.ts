declare module "made:worker" {
    const text: string;
    export default text;
}
declare module "made:wasm" {
    const base64: string;
    export default base64;
}

declare module "sparqljs" {
    export class Parser {
        constructor(options?: { prefixes?: Record<string, string>; sparqlStar?: boolean });
        /** Throws an Error where the text is no query; `hash` tells the place of a mistake in its syntax. */
        parse(query: string): unknown;
    }
}
