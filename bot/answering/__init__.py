"""Answering: from a question to a cited, checked answer."""
