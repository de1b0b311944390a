// A document tells several things: who was led to one that has pages is led on to them, in their language.
// Where a file of an earlier release stood there is a place in a document now: a host of plain files knows no rules.
(function () {
  "use strict";
  var shared = /^(?:[a-z][a-z]-[^/.-]{3}|[a-z][a-z]-[^/.-]{1,2}(?![^/.-])|(?![a-z][a-z]-[^/.-])[^/.])/;
  var moved = /(.*\/)(?:(?:id|doc)\/([^/]+)|(?:[a-z][a-z])\/(part|provision|category|conflict))\/([^/.]+)(\.(?:html|ttl|jsonld))?$/;
  var row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  var ways = row ? Array.prototype.slice.call(row.querySelectorAll("th a[hreflang]")) : [];
  var tag = (navigator.language || "").slice(0, 2);
  var way = ways.filter(function (one) { return one.hreflang === tag; })[0] || ways[0];
  var match = moved.exec(location.pathname), start = match && shared.exec(match[4]);
  if (way) {
    location.replace(way.href);
  } else if (document.documentElement.hasAttribute("data-missing") && start && start[0] !== match[4]) {
    location.replace(match[1] + "doc/" + (match[2] || match[3]) + "/" + start[0] + (match[5] || ".html") + "#" + match[4]);
  }
})();
