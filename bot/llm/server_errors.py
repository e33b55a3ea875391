"""What can be wrong with a model server, said in a sentence that names the setting to change."""

from typing import ClassVar

from bot.errors import Language, ModelUnavailable


class ModelServerUnreachable(ModelUnavailable):
    """Nobody answers at ``llm.base_url``, or what answers breaks off; ``detail`` is the kind of failure."""

    code = "model_server_unreachable"
    texts: ClassVar[dict[Language, str]] = {
        "zh": "语言模型服务器没有应答。",
        "en": "The language model server does not answer.",
    }
    hints: ClassVar[dict[Language, str]] = {
        "zh": "搜索仍可使用；请管理员检查服务器是否在运行，以及 llm.base_url。",
        "en": "Search still works; your operator should check that the server runs, and llm.base_url.",
    }


class ModelServerRefusesKey(ModelUnavailable):
    """The server answered 401 or 403."""

    code = "model_server_refuses_key"
    texts: ClassVar[dict[Language, str]] = {
        "zh": "语言模型服务器不接受 API 密钥。",
        "en": "The language model server refuses the API key.",
    }
    hints: ClassVar[dict[Language, str]] = {
        "zh": "搜索仍可使用；请管理员检查 llm.api_key。",
        "en": "Search still works; your operator should check llm.api_key.",
    }


class ModelNotServed(ModelUnavailable):
    """The server runs, but does not know the model; ``detail`` names it and some that it does know."""

    code = "model_not_served"
    texts: ClassVar[dict[Language, str]] = {
        "zh": "语言模型服务器没有这个模型。",
        "en": "The language model server does not have this model.",
    }
    hints: ClassVar[dict[Language, str]] = {
        "zh": "搜索仍可使用；请管理员修改 llm.model。",
        "en": "Search still works; your operator should change llm.model.",
    }


class ModelServerRefuses(ModelUnavailable):
    """The server rejects the request itself; ``detail`` is the HTTP status. The log holds what it said."""

    code = "model_server_refuses"
    texts: ClassVar[dict[Language, str]] = {
        "zh": "语言模型服务器拒绝了请求。",
        "en": "The language model server refused the request.",
    }
    hints: ClassVar[dict[Language, str]] = {
        "zh": "搜索仍可使用；请管理员查看日志中的说明。",
        "en": "Search still works; the log tells your operator what the server said.",
    }
