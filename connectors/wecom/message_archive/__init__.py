"""会话内容存档: whole chats of archived members, read by a native SDK that lives in a process of its own.

``archive.MessageArchive`` is what the connector starts. This file stays empty: the worker process imports the package.
"""
