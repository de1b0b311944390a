"""Pictures of the graph: SVG without script, legible in print, each with its data as a table.

The modules in their one order; each imports only from those before it::

    font        how much room text takes, wrapping and shortening
    canvas      the marks a drawing consists of
    svg         a drawing as SVG
    raster      the one door to matplotlib: a drawing as PNG or PDF
    colour      colours, and what can be read on them
    words       what is said, in French and in English
    names       what things are called
    ground      a store read once, a language, a source line
    frame       the sheet around every picture; Picture
    choice      which plans are shown, and how many are not
    grid        what matrices have in common
    plans       plan × plan
    actions     action × action
    ties        what is declared, what is inferred
    lanes       texts → actions → other plans
    timeline    obligations over time
    upset       instruments across plans
    ministries  ministry × plan
    ego         what is around an action
    gallery     PICTURES and draw
    writing     write_picture
"""
