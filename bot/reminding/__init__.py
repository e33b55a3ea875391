"""Reminders: a person says of what and when; then the bot writes to them, with where the archive tells of it."""
