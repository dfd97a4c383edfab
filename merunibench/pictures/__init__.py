"""The pictures of the house, as SVG made in Python: they stand without scripts, on paper, and in light and dark.

A quantity has one picture, wherever it is shown: words on emotion wheels (`wheel`), hits on all five of them
(`emblem`), scores with their intervals (`dots`), scores against counts (`scatter`), shares of rows (`heat`), paired
tests of rows (`matrix`). The same folder holds what pages share (`dress`): colours, fonts, and how pictures look in
them. Equal input gives equal bytes; strangers' words are escaped.
"""
