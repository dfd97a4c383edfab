"""Benchmarks, run by hand: speed is given as ratios within one run, since machines differ and drift."""
