"""Shiguang: a chat bot that keeps what a team shared and finds it again."""

__version__ = "0.1.0"
