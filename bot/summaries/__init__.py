"""Summaries: what conversations, threads, topics and periods came to, each line checked against its messages."""
