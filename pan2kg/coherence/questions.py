"""The SPARQL texts with which the measures read a store: accepted and derived statements, unverified ones left out."""

from __future__ import annotations

from typing import Final

_PREFIXES: Final = """
PREFIX certainty: <https://w3id.org/pan2kg/id/certainty/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX linkstatus: <https://w3id.org/pan2kg/id/linkstatus/>
PREFIX linktype: <https://w3id.org/pan2kg/id/linktype/>
PREFIX milestonetype: <https://w3id.org/pan2kg/id/milestonetype/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX pan: <https://w3id.org/pan2kg/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX relation: <https://w3id.org/pan2kg/id/relation/>
PREFIX role: <https://w3id.org/pan2kg/id/role/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX timelineclass: <https://w3id.org/pan2kg/id/timelineclass/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

_VERIFIED: Final = 'FILTER(!STRENDS(STR(?graph), "unverified"))'


def _verified(node: str) -> str:
    return f"FILTER NOT EXISTS {{ {node} pan:certainty certainty:unverified }}"


ACTIONS: Final = f"""{_PREFIXES}
SELECT ?action (MIN(STR(?in)) AS ?plan) WHERE {{
    ?action a pan:Action .
    {_verified("?action")}
    FILTER NOT EXISTS {{ ?action pan:inReview ?review }}
    OPTIONAL {{ ?action pan:inPlan ?in }}
}} GROUP BY ?action ORDER BY ?action
"""

PLANS: Final = f"""{_PREFIXES}
SELECT ?plan (MAX(?count) AS ?published) (MIN(STR(?complete)) AS ?completeness) WHERE {{
    ?plan a pan:Plan .
    {_verified("?plan")}
    OPTIONAL {{ ?plan pan:measureCount ?count }}
    OPTIONAL {{ ?plan pan:listCompleteness ?complete }}
}} GROUP BY ?plan ORDER BY ?plan
"""

RESTS_ON: Final = f"{_PREFIXES} SELECT DISTINCT ?work ?instrument WHERE {{ ?work pan:restsOn ?instrument }}"

SAME: Final = f"""{_PREFIXES}
SELECT DISTINCT ?one ?other WHERE {{
    {{ GRAPH ?graph {{ ?one owl:sameAs|skos:exactMatch ?other }} {_VERIFIED} }}
    UNION
    {{ ?one pan:countsAs ?other }}
    FILTER(isIRI(?other))
}}
"""

CITATIONS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?link ?from ?to ?channel ?document ?seen WHERE {{
    VALUES ?type {{ linktype:cross-reference linktype:succession linktype:builds-on }}
    ?link pan:linkType ?type ; pan:channel ?channel ; pan:status linkstatus:accepted ; pan:from ?from ; pan:to ?to .
    FILTER NOT EXISTS {{ ?link pan:certainty ?doubtful FILTER(?doubtful != certainty:stated) }}
    OPTIONAL {{ ?link dcterms:source ?document }}
    OPTIONAL {{ ?link prov:generatedAtTime|dcterms:created ?seen }}
}} ORDER BY ?link ?document ?seen
"""

DECLARED: Final = f"""{_PREFIXES}
SELECT DISTINCT ?from ?to WHERE {{
    VALUES ?type {{ linktype:cross-reference linktype:succession linktype:builds-on linktype:external-statement }}
    ?link pan:linkType ?type ; pan:status linkstatus:accepted ; pan:from ?from ; pan:to ?to .
    {_verified("?link")}
}} ORDER BY ?from ?to
"""

SUCCESSIONS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?from ?to ?relation WHERE {{
    ?link pan:linkType linktype:succession ; pan:status linkstatus:accepted ; pan:from ?from ; pan:to ?to .
    {_verified("?link")}
    ?from a pan:Action . ?to a pan:Action .
    OPTIONAL {{ ?link pan:relation ?relation }}
}} ORDER BY ?from ?to ?relation
"""

TAGS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?work ?kind ?tag WHERE {{
    {{
        VALUES (?tie ?kind) {{ (pan:hasTopic "topic") (pan:hasTargetGroup "group") }}
        GRAPH ?graph {{ ?work ?tie ?tag }}
        {_VERIFIED}
    }}
    UNION
    {{ VALUES (?tie ?kind) {{ (pan:ledBy "lead") (pan:involvesBody "body") }} ?work ?tie ?tag }}
}} ORDER BY ?work ?kind ?tag
"""

OBLIGATIONS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?obligation ?instrument ?due ?holder ?treaty ?ratified WHERE {{
    ?obligation a pan:Obligation ; pan:underInstrument ?instrument .
    {_verified("?obligation")}
    OPTIONAL {{ ?obligation pan:dueDate ?due }}
    OPTIONAL {{ ?obligation pan:obligationHolder ?holder }}
    BIND(EXISTS {{ ?instrument a pan:Treaty }} AS ?treaty)
    OPTIONAL {{
        ?milestone pan:milestoneOf ?instrument ; pan:date ?ratified ;
            pan:milestoneType milestonetype:ratification-luxembourg .
        {_verified("?milestone")}
    }}
}} ORDER BY ?obligation ?due ?holder ?ratified
"""

ACTS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?act ?instrument ?date WHERE {{
    ?act eli:transposes|eli:ensures_implementation_of ?instrument .
    FILTER NOT EXISTS {{ ?act a pan:Bill }}
    OPTIONAL {{ ?act eli:date_document ?date }}
}} ORDER BY ?act ?instrument ?date
"""

RELATIONS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?work ?instrument ?relation WHERE {{
    ?link pan:linkType linktype:uses-instrument ; pan:status linkstatus:accepted ; pan:relation ?relation ;
        pan:from ?work ; pan:to ?target .
    {_verified("?link")}
    ?work pan:restsOn ?instrument .
    OPTIONAL {{ ?target eli:is_part_of ?whole }}
    OPTIONAL {{ ?known owl:sameAs|skos:exactMatch ?target FILTER EXISTS {{ ?known dcterms:identifier ?key }} }}
    BIND(COALESCE(?whole, ?known, ?target) AS ?used)
    OPTIONAL {{ ?used pan:countsAs ?root }}
    FILTER(?instrument = COALESCE(?root, ?used))
}} ORDER BY ?work ?instrument ?relation
"""

ENDS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?action ?end WHERE {{
    ?action a pan:Action ; pan:hasTimeline ?timeline .
    ?timeline pan:timelineClass timelineclass:dated ; pan:endDate ?end .
    {_verified("?timeline")}
}} ORDER BY ?action ?end
"""

FIELDS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?action ?field ?value WHERE {{
    {{
        VALUES (?tie ?field) {{
            (pan:hasIndicator "indicator")
            (pan:hasVerificationSource "verification source")
            (pan:hasExpectedResult "expected result")
        }}
        ?action a pan:Action ; ?tie ?node .
        OPTIONAL {{ ?node pan:presence ?value }}
    }}
    UNION
    {{
        ?action a pan:Action ; pan:hasTimeline ?node .
        BIND("timeline" AS ?field)
        OPTIONAL {{ ?node pan:timelineClass ?value }}
    }}
    UNION
    {{
        ?node pan:involvedIn ?action ; pan:role role:means-of-implementation ; pan:involves ?body .
        ?action a pan:Action .
        BIND("means" AS ?field)
        BIND(IF(EXISTS {{ ?body a pan:UnnamedGroup }}, "vague", "present") AS ?value)
    }}
    {_verified("?node")}
}} ORDER BY ?action ?field ?value
"""

SCORES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?link ?from ?to ?score ?scale ?assessor ?rationale WHERE {{
    ?link pan:linkType linktype:interaction ; pan:status linkstatus:accepted ; pan:from ?from ; pan:to ?to ;
        pan:score ?score ; pan:assessor ?assessor ; pan:scale ?scale .
    {_verified("?link")}
    FILTER NOT EXISTS {{ ?later dcterms:replaces ?link }}
    OPTIONAL {{ ?link pan:rationale ?rationale }}
}} ORDER BY ?scale ?assessor ?from ?to ?link ?rationale
"""

STATEMENTS: Final = f"""{_PREFIXES}
SELECT DISTINCT ?link ?work ?target ?whole ?relation ?quote ?document WHERE {{
    VALUES ?work {{ %s }}
    ?link pan:linkType linktype:uses-instrument ; pan:status linkstatus:accepted ; pan:from ?work ; pan:to ?target ;
        pan:relation ?relation .
    FILTER(?relation NOT IN (relation:related-to, relation:named-together-with))
    {_verified("?link")}
    OPTIONAL {{ ?target eli:is_part_of ?whole }}
    OPTIONAL {{ ?link dcterms:source ?document }}
    OPTIONAL {{ ?link pan:evidence ?passage . ?passage pan:quote ?quote }}
}} ORDER BY ?work ?target ?link ?document ?quote
"""

MINISTRIES: Final = f"""{_PREFIXES}
SELECT DISTINCT ?body WHERE {{
    ?body dcterms:type <https://w3id.org/pan2kg/id/bodytype/ministry> .
    {_verified("?body")}
}} ORDER BY ?body
"""

COUNTED: Final = f"{_PREFIXES} SELECT DISTINCT ?act ?root WHERE {{ ?act pan:countsAs ?root }} ORDER BY ?act DESC(?root)"
