// The start script: it fetches the words of the page's language, then what says them.

import { language, loadScript, root, setParts } from "./page";

// pages leave it out that name no icon: they have none, and no browser asks for one
document.querySelector("link[rel=icon]") ?? document.head.append(Object.assign(document.createElement("link"), { rel: "icon", href: "data:," }));

declare const PARTS: Record<string, string>;
setParts(PARTS);

const words = window.pan2kgWords ? Promise.resolve() : loadScript(`${root}data/words-${language}.js`);
void words.catch(() => undefined).then(() => import("./start"));
