"""The picture of a badge, drawn from a template: pure, a design in, SVG or PNG out.

    design = Design("mediator", "allophones", tint="lake", levels=3, reached=2, title="Accompagner en deux langues")
    badge_svg(design)                   text, also inside a page: no id, no style, no script, no font
    badge_png(design, size=512)         bytes, transparent around the shape, without metadata

``palette`` has the tints, ``pictograms`` the registry of what can be drawn, ``parts`` what they are drawn with,
``frames`` the three shapes; ``designs`` says what a design may be, ``vector`` and ``raster`` draw it.
"""
