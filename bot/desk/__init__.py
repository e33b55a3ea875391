"""The operators' desk at ``/admin``: what people ask, what fails, and how it is mended."""
