"""The SPARQL texts of what only exhibits read: accepted statements, unverified ones left out."""

from __future__ import annotations

from typing import Final

_PREFIXES: Final = """
PREFIX certainty: <https://w3id.org/pan2kg/id/certainty/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX instrument: <https://w3id.org/pan2kg/id/instrument/>
PREFIX linkstatus: <https://w3id.org/pan2kg/id/linkstatus/>
PREFIX linktype: <https://w3id.org/pan2kg/id/linktype/>
PREFIX addressee: <https://w3id.org/pan2kg/id/addressee/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX relation: <https://w3id.org/pan2kg/id/relation/>
PREFIX scheme: <https://w3id.org/pan2kg/id/scheme/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX timelineclass: <https://w3id.org/pan2kg/id/timelineclass/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def _verified(node: str) -> str:
    return f"FILTER NOT EXISTS {{ {node} pan:certainty certainty:unverified }}"


VERSION: Final = (
    f"{_PREFIXES} SELECT ?version WHERE {{ ?set a owl:Ontology ; owl:versionInfo ?version }} ORDER BY ?version"
)

LABELS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?label WHERE {{ ?thing skos:prefLabel ?label FILTER(LANG(?label) = %s) }} ORDER BY ?thing ?label
"""

MAIN_LABELS: Final = (
    f"{_PREFIXES} SELECT DISTINCT ?thing ?label WHERE {{ ?thing pan:mainLabel ?label }} ORDER BY ?thing ?label"
)

NOTATIONS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?action ?notation WHERE {{ ?action a pan:Action ; skos:notation ?notation }} ORDER BY ?action ?notation
"""

PERIODS: Final = f"""{_PREFIXES}
SELECT ?plan (MIN(STR(?adopted)) AS ?on) (MIN(STR(?start)) AS ?since) (MAX(STR(?end)) AS ?until) WHERE {{
    ?plan a pan:Plan .
    {_verified("?plan")}
    OPTIONAL {{ ?plan pan:adoptedOn ?adopted }}
    OPTIONAL {{ ?plan pan:periodStart ?start }}
    OPTIONAL {{ ?plan pan:periodEnd ?end }}
}} GROUP BY ?plan ORDER BY ?plan
"""

WORDS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?link ?work ?instrument ?relation ?quote ?document ?page ?address WHERE {{
    VALUES ?work {{ %s }}
    ?work pan:restsOn ?instrument .
    ?link pan:linkType linktype:uses-instrument ; pan:status linkstatus:accepted ; pan:from ?work ; pan:to ?target ;
        pan:relation ?relation .
    ?target (eli:is_part_of|pan:countsAs|owl:sameAs|skos:exactMatch)* ?instrument .
    {_verified("?link")}
    OPTIONAL {{
        ?link pan:evidence ?passage .
        ?passage pan:quote ?quote ; pan:inDocument ?quoted .
        OPTIONAL {{ ?passage pan:page ?page }}
    }}
    OPTIONAL {{ ?link dcterms:source ?source FILTER(!BOUND(?quoted)) }}
    BIND(COALESCE(?quoted, ?source) AS ?document)
    OPTIONAL {{ ?document pan:readAt ?address }}
}} ORDER BY ?instrument ?work ?link ?quote ?document
"""

PLACES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?link ?document ?page ?address WHERE {{
    VALUES ?link {{ %s }}
    ?link dcterms:source ?document .
    OPTIONAL {{ ?document pan:readAt ?address }}
    OPTIONAL {{ ?link pan:evidence ?passage . ?passage pan:page ?page ; pan:inDocument ?document }}
}} ORDER BY ?link ?document ?page ?address
"""

DEPENDENCIES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?later ?earlier ?type WHERE {{
    VALUES ?type {{ linktype:builds-on linktype:succession }}
    ?link pan:linkType ?type ; pan:status linkstatus:accepted ; pan:from ?later ; pan:to ?earlier .
    {_verified("?link")}
}} ORDER BY ?later ?earlier ?type
"""

RECOMMENDATIONS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?recommendation ?review WHERE {{
    ?recommendation a pan:Recommendation ; pan:inReview ?review .
    {_verified("?recommendation")}
}} ORDER BY ?review ?recommendation
"""

REPLIES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?recommendation ?work ?answers WHERE {{
    {{ ?recommendation a pan:Recommendation . ?link pan:from ?recommendation ; pan:to ?work BIND(false AS ?own) }}
    UNION
    {{ ?recommendation a pan:Recommendation . ?link pan:to ?recommendation ; pan:from ?work BIND(true AS ?own) }}
    ?link pan:linkType ?type ; pan:status linkstatus:accepted .
    VALUES ?class {{ pan:Action pan:Plan }}
    ?work a ?class .
    {_verified("?link")}
    BIND(?own && ?type != linktype:external-statement AS ?answers)
}} ORDER BY ?recommendation ?work ?answers
"""

GROUPS: Final = f"{_PREFIXES} SELECT DISTINCT ?group WHERE {{ ?group skos:inScheme scheme:group }} ORDER BY ?group"

GROUP_USES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?work ?group WHERE {{ ?work pan:hasTargetGroup ?group }} ORDER BY ?group ?work
"""

COUNTRIES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?plan ?country WHERE {{
    ?plan a pan:Plan ; dcterms:spatial ?country .
    {_verified("?plan")}
}} ORDER BY ?country ?plan
"""

PRINCIPLES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?principle ?notation ?action WHERE {{
    ?principle a pan:Provision ; eli:is_part_of instrument:ungp ; pan:addressedTo addressee:state ;
        skos:notation ?notation .
    OPTIONAL {{
        ?link pan:linkType linktype:uses-instrument ; pan:status linkstatus:accepted ; pan:to ?principle ;
            pan:from ?action .
        {_verified("?link")}
    }}
}} ORDER BY xsd:integer(?notation) ?action
"""

TARGETS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?target ?action WHERE {{
    ?target skos:inScheme scheme:topic .
    FILTER(STRSTARTS(STR(?target), "http://metadata.un.org/sdg/"))
    OPTIONAL {{ ?action pan:hasTopic|pan:usesInstrument ?target ; a pan:Action }}
}} ORDER BY ?target ?action
"""

CANDIDATES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?link ?one ?two ?created WHERE {{
    ?link pan:status linkstatus:candidate ; pan:from|pan:between ?one ; pan:to|pan:between ?two .
    FILTER(STR(?one) < STR(?two) || EXISTS {{ ?link pan:to ?two }})
    FILTER(?one != ?two)
    FILTER NOT EXISTS {{ ?decision dcterms:replaces ?link }}
    OPTIONAL {{ ?link dcterms:created|prov:generatedAtTime ?created }}
}} ORDER BY ?link ?one ?two ?created
"""

EVENTS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?event ?of ?on WHERE {{
    {{ ?event pan:implements ?of ; pan:date ?on }} UNION {{ ?event pan:milestoneOf ?of ; pan:date ?on }}
    {_verified("?event")}
}} ORDER BY ?on ?event ?of
"""

BODIES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?body WHERE {{
    VALUES ?type {{ pan:Organisation pan:PublicBody pan:UnnamedGroup }}
    ?body a ?type .
}} ORDER BY ?body
"""
