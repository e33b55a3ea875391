"""The web server: one aiohttp application for pages, callbacks, health and metrics."""
