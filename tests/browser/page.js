// What tests of pages do inside a page; each may be called by its name.

// Let a page do nothing more, and throw away what it kept, but for what the tests keep themselves.
const leave = () => {
    requestAnimationFrame = () => 0;  // with which a network draws again and again, also where nothing changes
    for (let timer = setTimeout(() => {}); timer > 0; timer--) clearTimeout(timer);
    localStorage.clear();
    Object.keys(sessionStorage).filter(key => key !== 'axe').forEach(key => sessionStorage.removeItem(key));
};

// Leave only the first of what is alike on a page, the longest word of it and its shortest link: all takes long to see.
//
// Alike is what stands under elements of the same names and classes and has itself the same name and attributes, of
// roles and states with the same values, and words or none, as has what it stands in. It is left out where nothing in
// it is met for the first times and something of its name and class stands beside it already.
const shorten = most => {
    const numbers = new Map();
    const number = text => numbers.get(text) ?? (numbers.set(text, numbers.size), numbers.size - 1);
    const named = ({ localName, className }) => [localName, className.baseVal ?? className].join();
    const said = /^(role|type|scope|tabindex|autocomplete|aria-(?!label|describedby|controls|owns|details|value))/;
    const attribute = ({ name, value }) => said.test(name) ? `${name}=${value}` : value.trim() ? name : `${name}=`;
    const words = ({ childNodes }) => [...childNodes].map(one => one.nodeType === 3 ? one.data : ' ').join('');
    const kinds = new Map([[document.body, { path: 0, kind: 0 }]]), extremes = new Map();
    const compare = (name, one, size) => size > (extremes.get(name)?.size ?? 0) && extremes.set(name, { one, size });
    for (const one of document.querySelectorAll('body *')) {
        const above = kinds.get(one.parentElement), text = words(one);
        const attributes = [...one.attributes].filter(({ name }) => !name.startsWith('data-')).map(attribute);
        const like = [named(one), one.lang, attributes, /\S/.test(text)].join();
        const path = number(`${above.path} > ${named(one)}`), kind = number(`${above.path} ${above.kind} ${like}`);
        kinds.set(one, { path, kind });
        for (const word of text.match(/\p{L}{12,}/gu) ?? []) compare(`long ${path}`, one, word.length);
        if (one.matches('a, button, summary')) compare(`short ${path}`, one, 4 - one.textContent.trim().length);
    }
    const kept = new Set([...extremes.values()].map(({ one }) => one)), met = new Map();
    const isNew = one => (met.get(kinds.get(one).kind) ?? 0) < most || kept.has(one);
    const needed = new Set(['label', 'legend', 'td', 'th', 'dt', 'dd']);  // by what stands beside them
    const shorten = parent => {
        const seen = new Map();
        for (const one of [...parent.children]) {
            const { path, kind } = kinds.get(one), isNeeded = needed.has(one.localName), like = isNeeded ? kind : path;
            const before = seen.get(like) ?? 0, isEnough = before >= (isNeeded ? most : 1);
            if (isEnough && !isNew(one) && ![...one.querySelectorAll('*')].some(isNew)) {
                one.remove();
                continue;
            }
            seen.set(like, before + 1);
            met.set(kind, (met.get(kind) ?? 0) + 1);
            shorten(one);
        }
    };
    shorten(document.body);
};

// Have axe on a page: its half a megabyte is brought once for all pages of a window at one address.
const begin = source => {
    if (source) sessionStorage.setItem('axe', source);
    const kept = source ?? sessionStorage.getItem('axe');
    if (!('axe' in window) && kept) (0, eval)(kept);
    return 'axe' in window;
};

const isShown = one => {
    const { width, height } = one.getBoundingClientRect();
    return width > 0 && height > 0 && one.checkVisibility({ visibilityProperty: true });
};

const settled = async ([elements, shown, patience]) => {
    const wanted = Object.entries(elements).filter(([name]) => document.querySelector(name)).map(one => one.join(''));
    const lacking = () => [
        ...wanted.filter(one => document.querySelectorAll(one).length !== 1),
        ...shown.filter(one => [...document.querySelectorAll(one)].map(isShown).join() !== 'true'),
    ];
    if (lacking().length) {
        await new Promise(done => {
            const end = () => { watching.disconnect(); done(); };
            const watching = new MutationObserver(() => lacking().length || end());
            watching.observe(document, { attributes: true, childList: true, subtree: true });
            setTimeout(end, patience);
        });
    }
    return lacking();
};

const visible = names => names.map(name => [...document.querySelectorAll(name)].filter(isShown).length);

const looks = () => {
    const faults = [], range = document.createRange();
    const apart = '.off-screen, .skip, .nothing, svg, pre, code, .iri, textarea, .editor, .permalink';
    const isShown = one => one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && !one.closest(apart);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        // an address or an identifier has no place to break but inside
        const isWords = /\p{L}{5}/u.test(node.data) && !/\w[/_.]\w|\p{Ll}\p{Lu}/u.test(node.data);
        if (!parent || !isWords) {
            continue;
        }
        range.selectNodeContents(node);
        if (range.getClientRects().length < 2 || !isShown(parent) || getComputedStyle(parent).hyphens === 'auto') {
            continue;
        }
        for (const { 0: word, index } of node.data.matchAll(/[\p{L}]{5,}/gu)) {
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const boxes = [...range.getClientRects()].filter(box => box.width > 0);
            if (new Set(boxes.map(box => Math.round(box.top))).size > 1) {
                faults.push(`the word ${word} is broken`);
            }
        }
    }
    for (const one of document.querySelectorAll('main *, header *')) {
        const isText = !one.childElementCount && one.textContent.trim() && one.scrollWidth > one.clientWidth + 1;
        if (isText && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX) && isShown(one)) {
            faults.push(`${one.textContent.trim().slice(0, 40)} is cut off`);
        }
    }
    const high = document.querySelector('h1').getBoundingClientRect().height;
    if (high > (innerWidth > 500 ? 120 : 200)) {
        faults.push(`the heading is ${high} pixels high`);
    }
    const network = document.querySelector('network-view[data-drawn=yes]')?.canvas?.cy;
    if (network) {
        const boxOf = (one, isName) => one.renderedBoundingBox(
            { includeNodes: !isName, includeLabels: isName, includeEdges: false, includeOverlays: false },
        );
        // the library leaves a margin around names
        const touch = (one, two) => Math.min(one.x2 - two.x1, two.x2 - one.x1, one.y2 - two.y1, two.y2 - one.y1) > 4;
        const clear = network.nodes().not('.off, .dim');
        const things = clear.map(one => ({ one, box: boxOf(one, false) }));
        const names = clear.filter('.named').map(one => ({ one, box: boxOf(one, true) }));
        for (const { one, box } of names.filter(({ one }) => !one.hasClass('chosen'))) {
            const over = things.find(other => other.one !== one && touch(box, other.box));
            const through = names.find(other => other.one !== one && touch(box, other.box));
            if (over || through) {
                const other = (over ?? through).one.data('label');
                faults.push(`the name ${one.data('label')} stands over ${other}${over ? '' : ', a name'}`);
            }
        }
        const unnamed = network.nodes('.chosen').not('.named');
        faults.push(...unnamed.map(one => `${one.data('label')} is chosen and has no name`));
        if (things.length && !names.length) {
            faults.push('nothing in the network has a name');
        }
    }
    return faults;
};
