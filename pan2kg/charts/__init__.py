"""Pictures as SVG without script, each with its table."""
