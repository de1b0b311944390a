"""Pictures as SVG without script, each with its table."""

from pan2kg.charts.drawing import *
from pan2kg.charts.subject import *
