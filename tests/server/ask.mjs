// Asks a service as programs of Node do, with fetch and with http, and prints what came as JSON.

import http from "node:http";
import { once } from "node:events";
import { gunzipSync } from "node:zlib";

const [endpoint, query] = process.argv.slice(2);
const QUERY = { "Content-Type": "application/sparql-query" };
const said = {};

// fetch keeps connections, asks for compression and unpacks it by itself
const asked = `${endpoint}?query=${encodeURIComponent(query)}`;
const whole = await fetch(asked, { headers: { Accept: "application/sparql-results+json" } });
said.coding = whole.headers.get("content-encoding");
said.rows = (await whole.json()).results.bindings.length;

const pieces = await fetch(endpoint, { method: "POST", body: query, headers: { ...QUERY, Accept: "text/csv" } });
let [parts, bytes, lines] = [0, 0, 0];
for await (const part of pieces.body) {
    parts += 1;
    bytes += part.length;
    lines += part.filter((byte) => byte === 10).length;
}
said.streamed = { inPieces: parts > 1, bytes, lines };

const form = await fetch(endpoint, { method: "POST", body: new URLSearchParams({ query: "ASK {}" }) });
said.form = (await form.json()).boolean;

async function* slowly() {
    yield new TextEncoder().encode("ASK ");
    await new Promise((done) => setImmediate(done));
    yield new TextEncoder().encode("{}");
}
const body = ReadableStream.from(slowly());
const chunked = await fetch(endpoint, { method: "POST", body, duplex: "half", headers: QUERY });
said.chunked = (await chunked.json()).boolean;

const refused = await fetch(`${endpoint}?query=ASK`);
said.refused = [refused.status, (await refused.text()).endsWith("\n")];

const leaving = new AbortController();
const left = await fetch(asked, { signal: leaving.signal });
await left.body.getReader().read();
leaving.abort();
said.afterLeaving = (await fetch(`${endpoint}?query=ASK%7B%7D`)).status;

// http over one connection, which is kept
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const ports = new Set();
async function send(method, path, headers = {}, text = undefined) {
    const request = http.request(endpoint + path, { method, headers, agent });
    request.on("socket", (socket) => {
        socket.localPort ? ports.add(socket.localPort) : socket.once("connect", () => ports.add(socket.localPort));
    });
    if (headers.Expect) {
        request.flushHeaders();
        await once(request, "continue");
        said.toldToGoOn = true;
    }
    request.end(text);
    const [reply] = await once(request, "response");
    const got = Buffer.concat(await reply.toArray());
    return { status: reply.statusCode, headers: reply.headers, body: got };
}
said.kept = [];
for (const [method, path, headers, text] of [
    ["GET", "?query=ASK%7B%7D"],
    ["HEAD", "?query=ASK%7B%7D"],
    ["POST", "", QUERY, "ASK {}"],
    ["POST", "", { ...QUERY, Expect: "100-continue" }, "ASK {}"],
    ["GET", "?query=ASK"],
    ["OPTIONS", ""],
]) {
    said.kept.push((await send(method, path, headers, text)).status);
}
const packed = await send("GET", `?query=${encodeURIComponent(query)}`, { "Accept-Encoding": "gzip", Accept: "text/csv" });
said.unpacked = gunzipSync(packed.body).length;
const again = { "Accept-Encoding": "gzip", Accept: "text/csv", "If-None-Match": packed.headers.etag };
said.again = (await send("GET", `?query=${encodeURIComponent(query)}`, again)).status;
said.connections = ports.size;
agent.destroy();
process.stdout.write(JSON.stringify(said));
