"""The archive: passages, embedding, Qdrant, search, timeline, categories, file text and time expressions."""
