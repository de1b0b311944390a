// Builds the front end into dist/: every file under a name with its hash, build.json, and the licences of what is in it.
//
//     npm ci && npm run build
//
// The parts are classic scripts, since pages opened from disk may not load modules. The engine is WebAssembly, packed
// into a script for the same reason, and runs in a worker whose text is packed with it.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "dist");
const PARTS = ["workbench", "editor", "engine", "plot", "network", "picture"];
const ALLOWED = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD"]);
const NOT_SOURCES = new Set(["dist", "node_modules", ".building", "README.md"]);

const COMMON = {
    absWorkingDir: HERE,
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    charset: "utf8",
    target: ["es2022"],
    legalComments: "none",
    logLevel: "warning",
};

/** The hash of everything the bundle is made from; hatch_build.py computes the same. */
function sourcesHash() {
    const hash = createHash("sha256");
    const files = readdirSync(HERE, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(HERE.length + 1).replaceAll("\\", "/"))
        .filter((name) => !NOT_SOURCES.has(name.split("/")[0]))
        .sort();
    for (const name of files) {
        hash.update(`${name}\0`).update(readFileSync(join(HERE, name))).update("\0");
    }
    return hash.digest("hex");
}

/** Text made while building, importable as a module. */
function made(name, text) {
    return {
        name,
        setup(bundler) {
            bundler.onResolve({ filter: new RegExp(`^made:${name}$`) }, (args) => ({ path: args.path, namespace: "made" }));
            bundler.onLoad({ filter: new RegExp(`^made:${name}$`), namespace: "made" }, () => ({ contents: text, loader: "text" }));
        },
    };
}

async function script(entry, options = {}) {
    const result = await build({ ...COMMON, entryPoints: [entry], format: "iife", ...options });
    return { bytes: Buffer.from(result.outputFiles[0].contents), inputs: Object.values(result.metafile.outputs)[0].inputs };
}

/** Folders of the packages of which at least one byte stands in the output. */
function packagesIn(inputs) {
    const found = new Set();
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const match = bytesInOutput > 0 && /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
        if (match) {
            found.add(match[1]);
        }
    }
    return found;
}

/** The licence we use a package under: one of those it offers that we allow, if there is one. */
function licenceOf(description) {
    const offered = String(description.license ?? "").replace(/[()]/g, "").split(/\s+OR\s+/);
    return offered.includes("Apache-2.0") ? "Apache-2.0" : offered.find((name) => ALLOWED.has(name));
}

/** The text of all licences; what is wrong with any package is told at once, so that nobody builds again to hear the next. */
function thirdParty(folders) {
    const faults = [];
    const packages = [...folders].sort().map((folder) => {
        const description = JSON.parse(readFileSync(join(HERE, folder, "package.json"), "utf8"));
        const chosen = licenceOf(description);
        const file = readdirSync(join(HERE, folder)).sort().find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
        if (!chosen) {
            faults.push(`The package ${description.name} is licensed under « ${description.license} », which is not allowed in the bundle.`);
        } else if (!file && chosen !== "Apache-2.0") {
            faults.push(`The package ${description.name} brings no licence text.`);
        }
        const text = readFileSync(file ? join(HERE, folder, file) : join(HERE, "..", "LICENSE"), "utf8");
        return { name: description.name, version: description.version, chosen, text: text.replaceAll("\r\n", "\n").trim() };
    });
    if (faults.length) {
        throw new Error(faults.join(" "));
    }
    packages.sort((one, two) => (one.name < two.name ? -1 : 1));
    const head = "The scripts of these pages contain the following packages, each under the licence that follows its name.\n";
    const blocks = packages.map((one) => `${"=".repeat(80)}\n${one.name} ${one.version} — ${one.chosen}\n${"=".repeat(80)}\n\n${one.text}\n`);
    return [head, ...blocks].join("\n");
}

async function main() {
    const folders = new Set();
    const note = ({ bytes, inputs }) => {
        packagesIn(inputs).forEach((folder) => folders.add(folder));
        return bytes;
    };
    const worker = note(await script("src/engine/worker.ts", { define: { "import.meta.url": '"about:blank"' } }));
    const wasm = gzipSync(readFileSync(join(HERE, "node_modules/oxigraph/web_bg.wasm")), { level: 9 });
    const outputs = new Map();
    const add = (logical, bytes) => {
        const [, stem, ending] = /^(.+)\.(\w+)$/.exec(logical);
        const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
        const name = logical.startsWith("THIRD") ? logical : `${stem}-${hash}.${ending}`;
        outputs.set(logical, { name, bytes });
        return name;
    };
    const parts = {};
    for (const part of PARTS) {
        const plugins = [made("worker", worker.toString("utf8")), made("wasm", wasm.toString("base64"))];
        parts[part] = add(`${part}.js`, note(await script(`src/${part}/index.ts`, { plugins })));
    }
    add("main.js", note(await script("src/main.ts", { define: { PARTS: JSON.stringify(parts) } })));
    add("site.css", (await script("src/site.css", { format: undefined })).bytes);
    add("THIRD-PARTY.txt", Buffer.from(thirdParty(folders)));

    const files = Object.fromEntries([...outputs].map(([logical, { name }]) => [logical, name]).sort());
    mkdirSync(DIST, { recursive: true });
    const put = (name, bytes) => {
        writeFileSync(join(DIST, `.${name}.${process.pid}`), bytes);
        renameSync(join(DIST, `.${name}.${process.pid}`), join(DIST, name));
    };
    for (const { name, bytes } of outputs.values()) {
        put(name, bytes);
    }
    put("build.json", `${JSON.stringify({ hash: sourcesHash(), files }, null, 4)}\n`);
    const kept = new Set(["build.json", ...Object.values(files)]);
    for (const name of readdirSync(DIST).filter((name) => !kept.has(name))) {
        rmSync(join(DIST, name), { recursive: true, force: true });
    }
    return outputs;
}

try {
    if (!existsSync(join(HERE, "node_modules"))) {
        throw new Error("Run npm ci first.");
    }
    for (const [logical, { name, bytes }] of await main()) {
        process.stdout.write(`${logical.padEnd(16)} ${name.padEnd(28)} ${String(bytes.length).padStart(8)} ${String(gzipSync(bytes).length).padStart(8)} gzip\n`);
    }
} catch (error) {
    process.stderr.write(`Error: ${error.message}\n`);
    process.exitCode = 1;
}
