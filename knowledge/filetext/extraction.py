"""The one door to kreuzberg: the same settings everywhere, its failures turned into reasons."""

from typing import Any

from knowledge.filetext.reasons import UnreadableFile


def extract(data: bytes, media_type: str, *, extract_pages: bool = False) -> Any:
    """Kreuzberg's result for ``data``, without cache and without text recognition; raises ``UnreadableFile``."""
    import kreuzberg  # 100 MB: only in the process that reads files

    config = kreuzberg.ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        pages=kreuzberg.PageConfig(extract_pages=True) if extract_pages else None,
        content_filter=kreuzberg.ContentFilterConfig(
            include_headers=True, include_footers=True, strip_repeating_text=False
        ),
        email=kreuzberg.EmailConfig(msg_fallback_codepage=936),
        concurrency=kreuzberg.ConcurrencyConfig(max_threads=1),
    )
    config.max_archive_depth = 0  # files inside a PDF are not opened
    try:
        return kreuzberg.extract_bytes_sync(data, media_type, config=config)
    except kreuzberg.KreuzbergError as error:
        raise _unreadable(error) from None
    except (RuntimeError, ValueError, OSError) as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> UnreadableFile:
    text = str(error).lower()
    if "password" in text or "encrypt" in text:
        return UnreadableFile("encrypted", text[:200])
    if "unsupported" in text:
        return UnreadableFile("unsupported", text[:200])
    if "exceeds limit" in text:
        return UnreadableFile("too_large", text[:200])
    if "security" in text or "bomb" in text:
        return UnreadableFile("hostile", text[:200])
    if "alloc" in text or "out of memory" in text:
        return UnreadableFile("too_much_memory", text[:200])
    return UnreadableFile("corrupt", text[:200])


def keep_metadata(metadata: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Title and the few facts worth keeping, without the fillers that programs write when nobody entered any."""
    title = str(metadata.get("title") or "").strip()
    authors = [str(author).strip() for author in metadata.get("authors") or []]
    facts = {
        "author": ", ".join(author for author in authors if _is_fact(author)),
        "created_at": str(metadata.get("created_at") or ""),
        "modified_at": str(metadata.get("modified_at") or ""),
    }
    return (title[:300] if _is_fact(title) else ""), {key: value[:300] for key, value in facts.items() if value}


def _is_fact(text: str) -> bool:
    return bool(text) and text.lower() not in {"(anonymous)", "anonymous", "(unspecified)", "untitled", "unknown"}
