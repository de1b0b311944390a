// A document tells several things: who was led to one that has pages is led on to them, in their language.
// Where a file of an earlier release stood there is a place in a document now: a host of plain files knows no rules.
(function () {
  "use strict";
  var split = /^(?:action|body|document|instrument|involvement|link|passage|plan)$/;
  var shared = /^(?:[a-z][a-z]-[^/.-]|(?![a-z][a-z]-[^/.-])[^/.])/;
  var moved = /(.*\/)(?:(?:id|doc)\/([^/]+)|(?:[a-z][a-z])\/(part|provision|category|conflict))\/([^/.]+)(\.(?:html|ttl|jsonld))?$/;
  var graphs = /(.*\/graph\/[^/]+\/[^/.]+)\/[^.]+(?:\.ttl)?$/;
  var row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  var ways = row ? Array.prototype.slice.call(row.querySelectorAll("th a[hreflang]")) : [];
  var tag = (navigator.language || "").slice(0, 2);
  var way = ways.filter(function (one) { return one.hreflang === tag; })[0] || ways[0];
  // pages of two plans of other countries are rows of the list of pairs, and what is the same in each language stands once
  var pair = /(.*\/[a-z][a-z]\/)pair\/([^/.]+)\.html$/.exec(location.pathname);
  var file = /(.*\/)(?:en|de)\/(figure\/[^/.]+\.json|question\/[^/.]+\.ttl)$/.exec(location.pathname);
  var match = moved.exec(location.pathname), graph = graphs.exec(location.pathname);
  var kind = match && (match[2] || match[3]), start = match && shared.exec(match[4]);
  var place = kind && match[4] !== "all" ? kind + "/all" : "";
  if (kind && split.test(kind)) {
    place = start && start[0] !== match[4] ? kind + "/" + start[0] : "";
  }
  if (way) {
    location.replace(way.href);
  } else if (document.documentElement.hasAttribute("data-missing") && place) {
    location.replace(match[1] + "doc/" + place + (match[5] || ".html") + "#" + match[4]);
  } else if (document.documentElement.hasAttribute("data-missing") && graph) {
    location.replace(graph[1] + ".ttl");
  } else if (document.documentElement.hasAttribute("data-missing") && (pair || file)) {
    location.replace(pair ? pair[1] + "pairs.html#" + pair[2] : file[1] + "fr/" + file[2]);
  }
})();
