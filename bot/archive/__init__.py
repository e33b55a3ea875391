"""The archivist: takes events from the inbox into the truth, and the truth into the searched archive."""
