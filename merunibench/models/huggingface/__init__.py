"""Any Hugging Face model, from the Hub or a folder."""
