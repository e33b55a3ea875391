"""The archive in Qdrant: one store over two engines, embedded (a supervised child process) and server.

Import what you need from its module (``knowledge.qdrant.store``, ``.schema``, ``.backend``, ``.errors``). Nothing is
imported here: the embedded engine's child process lives in this package too, and it must start in milliseconds, while
``qdrant_client`` takes a second and 100 MB to import.
"""
