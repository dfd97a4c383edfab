"""Building a descriptive emotion data set: measured values, filters, decisions, report, exports."""
