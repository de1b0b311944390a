"""The graph as of one day: what was in force then, what had not yet begun, what was over.

A view is a store of its own, so every question and figure runs on it as it is; what rules derive is
derived anew from what is left. It is about when things were in force, not about when they became
known: a document published later still tells of the day. A fact about a period is never guessed. What
has no date stays, and is counted as undated; of a year or a month, any day in it counts as within.

Each rule, and where it comes from:

plan
    In force from the later of adoption (``pan:adoptedOn``) and first year (``pan:periodStart``) to the last
    year (``pan:periodEnd``). Nothing is in force before it is adopted; the years are those the plan's own title
    or source gives. Without a last year a plan stays: that its successor has begun is not said to end it.
action
    As its plan. A dated timeline with both days (``pan:startDate``, ``pan:endDate``) bounds it further, and
    a first day alone keeps it out before. A last day alone is a deadline, which does not end an action: one not
    done by then is late, not gone. *MODEL* 6: an action's period lies in its plan's.
instrument
    From its entry into force; where none is stated, from the earliest of adoption, signature, publication,
    launch, endorsement or submission; else from the day or year in its official identifier (Legilux names an
    act ``eli/etat/leg/{type}/{year}/{month}/{day}/…``, the Union ``eli/{type}/{year}/…``: it is not older than
    that). To ``eli:date_no_longer_in_force`` (European Legislation Identifier). A provision as its instrument.
milestone
    Once it has happened. Deadlines and dates of application are set in advance, so they are known before.
obligation
    As its instrument; its due date may lie ahead. None arises before ratification (*MODEL* 2), which is a
    milestone of the treaty.
event
    An implementation (``pan:date``), once it has happened: a status is always one of these (*MODEL* 2).
body
    From and to the changes stated (``org:ChangeEvent`` with ``org:originalOrganization``,
    ``org:resultingOrganization`` and ``pan:date``; The Organization Ontology, W3C 2014, 5.6). What names a body that
    had another name by then is shown under that name: ``pan:precededBy`` says that the later one took over.
    A later name is not put back in time: who had the remit before is not said by it.
involvement, membership
    As the body and what it is in, and within ``pan:periodStart`` and ``pan:periodEnd`` of its own where stated.
link
    Where both ends are in force. So an edition and the one before it are not linked on any day.
review
    From its adoption or publication; it has no end. Its recommendations with it.

The modules in their one order; each imports only from those before it::

    interval   when something is in force, as precisely as a source says
    words      what is said of a view, in French, English and German
    dates      the intervals a graph states
    cascade    what goes when something goes
    view       the store as of a day, and what was left out of it
"""
