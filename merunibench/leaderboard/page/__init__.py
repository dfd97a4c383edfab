"""The leaderboard's page: a static site rendered from `results.json` and the details of its models.

It needs no server and no network: HTML, CSS, plain scripts and fonts, all in one folder. Neither this package nor the
browser computes anything that decides a score or a rank. All text comes from untrusted sources: templates escape it,
scripts set it as text, and the content security policy of the pages allows only the site's own scripts.
"""

from merunibench.leaderboard.page.site import render_site

__all__ = ["render_site"]
