"""Filters: rules over measured values, one module each."""
