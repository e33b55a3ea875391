"""Digests: what happened in channels, made on a schedule and posted once."""
