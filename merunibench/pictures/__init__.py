"""Figures as SVG generated in Python; they work without scripts, in print, and in light and dark themes.

Each kind of quantity has one figure, used everywhere: words on emotion wheels (`wheel`), hits on all five wheels
(`emblem`), scores with intervals (`dots`), scores against counts (`scatter`), shares of rows (`heat`), and paired tests
of rows (`matrix`). This folder also contains what pages share (`dress`): colours, fonts, and the style of figures.
Equal input gives equal bytes; untrusted words are escaped.
"""
