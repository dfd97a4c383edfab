"""Commands that meet other tools: cards of models, harnesses."""
