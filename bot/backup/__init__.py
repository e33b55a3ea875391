"""Backups: one file that holds truth, shared files and settings, and restoring from it."""
