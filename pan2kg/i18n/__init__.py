"""Words, numbers and days in the languages of the catalogues."""

from pan2kg.i18n.catalogue import *
from pan2kg.i18n.message import *
