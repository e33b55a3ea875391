"""The truth: the SQL database of events, messages, files, answers and verdicts."""
