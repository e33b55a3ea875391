"""Slack: live connection, history and workspace exports become typed events here."""
