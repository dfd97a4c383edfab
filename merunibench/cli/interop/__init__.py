"""Commands for other tools: model cards and evaluation harnesses."""
