// A document tells several things: who was led to one that has pages is led on to them, in their language. Who comes
// from a page, and asks in its language, stays: the headings are put into it by the table that has them in each.
// Where a file of an earlier release stood there is a place in a document now: a host of plain files knows no rules.
(function () {
  "use strict";
  var split = /^(?:action|body|document|instrument|involvement|link|passage|plan)$/;
  var shared = /^(?:[a-z][a-z]-[^/.-]|(?![a-z][a-z]-[^/.-])[^/.])/;
  var moved = /(.*\/)(?:(?:id|doc)\/([^/]+)|(?:[a-z][a-z])\/(part|provision|category|conflict|action))\/([^/.]+)(\.(?:html|ttl|jsonld))?$/;
  var version = /(.*\/)(version\/([^/]+)\/)((?:data|tables|ontology|changes)\/.+)$/;
  var derived = /(.*\/)graph\/derived\/[^/]+$/.exec(location.pathname);
  var graphs = /(.*\/graph\/[^/.]+(?:\/[^/.]+)?)(?:\/[^.]+)?(?:\.ttl)?$/;
  var row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  var asked = /^\?([a-z][a-z])$/.exec(location.search);
  var way = row && !asked ? row.querySelector("a.page") : null;
  var tag = asked ? asked[1] : (navigator.language || "").slice(0, 2), named = {};
  document.querySelectorAll(".heads tr").forEach(function (line) {
    named[line.cells[0].textContent] = line.querySelector("td[lang=" + (/^(?:fr|en|de)$/.test(tag) ? tag : "fr") + "]");
  });
  document.querySelectorAll("dt").forEach(function (heading) {
    var cell = named[heading.textContent];
    if (cell) {
      heading.textContent = cell.textContent;
      heading.lang = cell.lang;
    }
  });
  // pages of two plans of other countries are rows of the list of pairs, and what is the same in each language stands once
  var pair = /(.*\/[a-z][a-z]\/)pair\/([^/.]+)\.html$/.exec(location.pathname);
  var file = /(.*\/)(?:en|de)\/(figure\/[^/.]+\.json)$/.exec(location.pathname);
  var answer = /(.*\/)[a-z][a-z]\/question\/[^/.]+\.ttl$/.exec(location.pathname);
  var terms = /(.*\/)ontology\/(?:index|diagram)\.([a-z][a-z])\.(html|svg)$/.exec(location.pathname);
  var match = moved.exec(location.pathname), graph = graphs.exec(location.pathname);
  var missing = document.documentElement.hasAttribute("data-missing"), kept = version.exec(location.pathname);
  var kind = match && (match[2] || match[3]), start = match && shared.exec(match[4]);
  var place = kind && match[4] !== "all" ? kind + "/all" : "";
  if (kind && split.test(kind)) {
    place = start && start[0] !== match[4] ? kind + "/" + start[0] : "";
  }
  if (way) {
    location.replace(/^(?:en|de)$/.test(tag) ? way.href.replace(/fr(?=\/[^/]+\/[^/]+$)/, tag) : way.href);
  } else if (missing && place) {
    location.replace(match[1] + "doc/" + place + (match[5] || ".html") + "#" + match[4]);
  } else if (missing && derived) {
    location.replace(derived[1] + "data/pan2kg.nq.gz");
  } else if (missing && graph) {
    location.replace(graph[1] + ".ttl.gz");
  } else if (missing && kept) {
    // the folder of the present version leads to the release, that of an earlier one has packed tables
    fetch(kept[1] + "release.json").then(function (answer) { return answer.json(); }).then(function (release) {
      var earlier = kept[1] + kept[2] + (/\.csv$/.test(kept[4]) ? kept[4] + ".gz" : "");
      location.replace(release.version === kept[3] ? kept[1] + kept[4] : earlier);
    });
  } else if (missing && /\/(?:data|tables)\/[^/]+\.(?:csv|ttl)$/.test(location.pathname)) {
    location.replace(location.pathname + ".gz");
  } else if (missing && answer) {
    location.replace(answer[1] + "data/pan2kg.ttl.gz");
  } else if (missing && terms) {
    location.replace(terms[1] + terms[2] + (terms[3] === "svg" ? "/classes.svg" : "/ontology.html" + location.hash));
  } else if (missing && (pair || file)) {
    location.replace(pair ? pair[1] + "pairs.html#" + pair[2] : file[1] + "fr/" + file[2]);
  }
})();
