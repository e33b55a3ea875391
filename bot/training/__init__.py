"""Data for training made of answers that people upvoted, edited, picked or wrote; nothing is trained here."""
