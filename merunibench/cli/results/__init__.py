"""Commands that show results of several models as tables and figures."""
