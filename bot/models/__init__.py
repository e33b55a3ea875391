"""Models: what there is, where it comes from, whether it is there and whole.

``catalogue`` declares, ``reference`` reads what a person names, ``pull`` fetches, ``store`` knows what is on disk,
``resolve`` gives the rest of the house a path, ``verify`` and ``recommend`` serve the command line.
This file imports nothing, so that ``deploy/bootstrap.py`` can use ``pip_failure`` before anything is installed.
"""
