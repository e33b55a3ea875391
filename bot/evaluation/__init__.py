"""Evaluation: figures for search and answers on questions with known evidence."""
