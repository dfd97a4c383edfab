"""Speed measurements, run by hand: ratios within one run, since machines differ and drift."""
