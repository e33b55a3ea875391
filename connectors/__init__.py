"""Connectors: one folder a platform. Platform payloads become typed events here, and only here."""
