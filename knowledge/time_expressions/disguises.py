"""What looks like a time and is none: titles, names of files, addresses, versions, ids, telephone numbers, prices."""

import re

_ID = r"[A-Za-z][A-Za-z0-9]*"
_FILE = (
    r"[\w\-.()（）+&]*\.(?:pdf|docx?|xlsx?|pptx?|txt|md|csv|json|ya?ml|png|jpe?g|gif|zip|tar|gz|7z|rar|log|html?|eml"
    r"|mp[34]|mov|key|pages|numbers|py|js|ts|go|rs|java|sql|sh)(?![A-Za-z0-9])"
)
"""A name up to its extension, from the last space or quotation mark on."""
_DISGUISES = re.compile(
    "|".join(
        [
            r"`[^`\n]*`",
            r"《[^》\n]*》",
            r"\b[a-z][a-z0-9+.-]*://\S+",
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
            _FILE,
            r"\b[A-Za-z][A-Za-z0-9-]*\.(?:com|org|net|io|cn|ai|dev|app|co|me)\b",
            r"\bv(?:ers(?:ion)?|er)?\.?\s*\d+(?:\.\d+)*",
            r"版本号?\s*\d+(?:\.\d+)*",
            r"(?<![\d.])\d+(?:\.\d+){2,}(?<!\d{4}\.\d\.\d)(?<!\d{4}\.\d\d\.\d)(?<!\d{4}\.\d\.\d\d)(?<!\d{4}\.\d\d\.\d\d)",
            r"(?:[$€£¥￥]|RMB|USD|CNY)\s*\d[\d,.]*",
            r"\d[\d,.]*\s*(?:元|块钱|万元|亿元|dollars?|euros?|yuan|rmb|usd|%)",
            rf"\b{_ID}(?:[-_]{_ID})*[-_]\d+(?:[-_]\w+)*",
            r"#\d+",
            r"\b(?:issue|ticket|pr|port|error|room|build|page|line|part|id|no\.?|number|order|invoice|sku|case|step)\s+#?\d+\b",
            r"(?<!\d)1[3-9]\d{9}(?!\d)",
            r"(?:\+\d{1,3}[\s-]?)(?:\(?\d{2,4}\)?[\s-]?){2,4}\d",
            r"(?<![\d-])\d{3,4}-\d{3,4}-?\d{4}(?!\d)",
            r"(?<!\d)\d{5,}(?!\d)",
            r"\bmonday\.com\b",
        ]
    ),
    re.IGNORECASE,
)


def undisguised(text: str) -> str:
    """The text with all of these blanked out, equally long, so that places stay the same."""
    return _DISGUISES.sub(lambda match: "\0" * len(match.group()), text)
