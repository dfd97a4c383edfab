"""The leaderboard's page: a static site drawn from `results.json` and the details of its models.

It needs no server and no network: HTML, CSS, plain scripts and fonts, all of them files of one folder. Nothing is
computed here or in the browser that decides a score or a rank. All text comes from strangers: templates escape it,
scripts set it as text, and the pages' content policy admits no script but the site's own.
"""

from merunibench.leaderboard.page.site import render_site

__all__ = ["render_site"]
