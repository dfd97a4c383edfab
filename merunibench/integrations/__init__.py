"""Thin files for the harnesses and training frameworks that call the metric; each imports its own alone."""
