declare module "made:worker" {
    const text: string;
    export default text;
}
declare module "made:wasm" {
    const base64: string;
    export default base64;
}
