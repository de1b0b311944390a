"""A release put on a data portal that runs udata, as data.public.lu does, and kept the same there.

Everything rests on one comparison: what the release offers against what the portal holds gives the
requests still to send. A dry run prints them, a push sends them, a status counts them, and after a
push none may be left. A push that broke off therefore needs no journal: the next one looks again.
"""
