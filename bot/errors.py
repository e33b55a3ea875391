"""Every failure that a person can see, as one tree.

    ShiguangError
    ├── SettingsError            a setting is unknown, contradictory or missing
    ├── ModelError
    │   ├── ModelMissing         a model file is not there: `shiguang models pull`
    │   ├── ModelCorrupt         a file is there, but its checksum is wrong
    │   ├── ModelUnavailable     the model cannot be loaded or its server not reached
    │   ├── ModelBusy            the queue of questions is full
    │   ├── ModelTimeout         no answer within the limit
    │   └── ModelOutputInvalid   constrained output could not be parsed all the same
    ├── DownloadError            an index, hub or address did not give the file
    ├── ArchiveError
    │   ├── ArchiveUnavailable   the vector engine does not answer
    │   ├── ArchiveOutdated      it was built with another embedding model: `shiguang reindex`
    │   └── TruthUnavailable     the SQL database cannot be opened
    ├── ServerNotRunning         only a running server can do this
    ├── ImportRefused            the input as a whole cannot be imported
    ├── NotPermitted             the person may not do or see this
    │   ├── NotSignedIn          the operators' desk does not know (or no longer) who is there
    │   └── WrongToken           no operator has this token
    ├── TooManyAttempts          wrong tokens, again and again
    ├── NotFound                 no such channel, person, record or answer
    │   ├── AnswerWithdrawn      a message that an answer rests on was deleted or changed
    │   └── NothingToReplay      no model spoke for an answer, or its question was deleted
    └── BadInput                 what a person typed cannot be understood
        └── PromptRefused        an operator's prompt lacks what the program relies on

Each class has a stable ``code`` and a text and a hint in Chinese and English. Texts name what is wrong in one
sentence; nothing raw (trace, address, token) is ever part of them.
"""

from typing import ClassVar, Literal

Language = Literal["zh", "en"]


class ShiguangError(Exception):
    """Root. ``detail`` is a plain fact such as a file name or a limit; it is shown to people."""

    code: ClassVar[str] = "error"
    texts: ClassVar[dict[Language, str]] = {
        "zh": "出了点问题。",
        "en": "Something went wrong.",
    }
    hints: ClassVar[dict[Language, str]] = {
        "zh": "请再试一次；如果仍然失败，请把错误代码告诉管理员。",
        "en": "Try again; if it fails again, give the error code to your operator.",
    }

    def __init__(self, detail: str = "", *, hint: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self._hint = hint

    def sentence(self, language: Language = "en") -> str:
        """One clear sentence in the reader's language."""
        text = self.texts[language]
        if not self.detail:
            return text
        return f"{text.rstrip('。')}：{self.detail}" if language == "zh" else f"{text.rstrip('.')}: {self.detail}"

    def hint(self, language: Language = "en") -> str:
        """What to do next."""
        return self._hint or self.hints[language]

    def __str__(self) -> str:
        return self.sentence("en")


class SettingsError(ShiguangError):
    """Raised at start, before anything runs; ``detail`` names the key."""

    code = "settings"
    texts = {"zh": "设置有误。", "en": "A setting is wrong."}
    hints = {
        "zh": "请检查 shiguang.toml 和 SHIGUANG_* 环境变量。",
        "en": "Check shiguang.toml and the SHIGUANG_* variables.",
    }


class ModelError(ShiguangError):
    """Anything about a model file or a running model."""

    code = "model"
    texts = {"zh": "模型出错。", "en": "The model failed."}


class ModelMissing(ModelError):
    """A file of the model is absent; ``detail`` is the model's name."""

    code = "model_missing"
    texts = {"zh": "缺少模型。", "en": "A model is missing."}
    hints = {"zh": "运行 shiguang models pull。", "en": "Run: shiguang models pull"}


class ModelCorrupt(ModelError):
    """A file is there but does not have the checksum of the catalogue."""

    code = "model_corrupt"
    texts = {"zh": "模型文件校验不符。", "en": "A model file does not have the expected checksum."}
    hints = {"zh": "删除后运行 shiguang models pull。", "en": "Delete it and run: shiguang models pull"}


class ModelUnavailable(ModelError):
    """The model cannot be loaded, or its server refuses or does not answer."""

    code = "model_unavailable"
    texts = {"zh": "语言模型暂时不可用。", "en": "The language model is not available right now."}
    hints = {
        "zh": "搜索仍可使用；请管理员运行 shiguang doctor。",
        "en": "Search still works; ask your operator to run: shiguang doctor",
    }


class ModelBusy(ModelError):
    """The bounded queue is full: the person is told so at once instead of waiting without end."""

    code = "model_busy"
    texts = {"zh": "现在排队提问的人太多。", "en": "Too many people are asking right now."}
    hints = {"zh": "请一分钟后再问；下面是搜到的原文。", "en": "Ask again in a minute; what was found is below."}


class ModelTimeout(ModelError):
    """The model was too slow; what it said so far is not shown as an answer."""

    code = "model_timeout"
    texts = {"zh": "模型没有在时限内回答。", "en": "The model did not answer in time."}
    hints = {
        "zh": "请把问题问得更短些，或请管理员换用更小的模型。",
        "en": "Ask a shorter question, or ask your operator for a smaller model.",
    }


class ModelOutputInvalid(ModelError):
    """Raised instead of returning text that does not fit the requested schema."""

    code = "model_output_invalid"
    texts = {"zh": "模型的输出无法使用。", "en": "The model's output could not be used."}


class DownloadError(ShiguangError):
    """A package index, model hub or address did not give the file; ``detail`` says which and why."""

    code = "download"
    texts = {"zh": "下载失败。", "en": "A download failed."}
    hints = {
        "zh": "检查网络、代理和 pip 的索引设置后重试；已下载的部分会保留。",
        "en": "Check network, proxy and pip's index settings and run it again; what was downloaded is kept.",
    }


class ArchiveError(ShiguangError):
    """Anything about the two stores."""

    code = "archive"
    texts = {"zh": "档案库出错。", "en": "The archive failed."}


class ArchiveUnavailable(ArchiveError):
    """The vector engine does not answer within its limit, after retries."""

    code = "archive_unavailable"
    texts = {"zh": "档案库暂时不可用。", "en": "The archive is not available right now."}
    hints = {"zh": "请稍后再试；消息不会丢失。", "en": "Try again shortly; no message is lost."}


class ArchiveOutdated(ArchiveError):
    """The vectors were made by another embedding model than the one in the settings."""

    code = "archive_outdated"
    texts = {
        "zh": "档案库是用另一个向量模型建立的。",
        "en": "The archive was built with another embedding model.",
    }
    hints = {
        "zh": "运行 shiguang reindex，或改回原来的模型。",
        "en": "Run: shiguang reindex (or set the former model again)",
    }


class TruthUnavailable(ArchiveError):
    """The SQL database cannot be opened or migrated."""

    code = "truth_unavailable"
    texts = {"zh": "数据库无法打开。", "en": "The database cannot be opened."}
    hints = {
        "zh": "检查磁盘空间和 SHIGUANG_HOME 的权限。",
        "en": "Check disk space and the permissions of SHIGUANG_HOME.",
    }


class ServerNotRunning(ShiguangError):
    """The command needs ``shiguang serve`` on the same home; ``detail`` is the home."""

    code = "server_not_running"
    texts = {"zh": "拾光没有在运行，不能发到频道。", "en": "No shiguang is running that could post it."}
    hints = {"zh": "先运行 shiguang serve，再试一次。", "en": "Run shiguang serve, then try again."}


class ImportRefused(ShiguangError):
    """The input cannot be imported at all. What is broken only in part is skipped and listed instead."""

    code = "import_refused"
    texts = {"zh": "无法导入。", "en": "This cannot be imported."}
    hints = {"zh": "没有写入任何内容。请检查文件后重试。", "en": "Nothing was written. Check the file and try again."}


class NotPermitted(ShiguangError, PermissionError):
    """The person may not do or see this. Says nothing about whether it exists."""

    code = "not_permitted"
    texts = {"zh": "你没有权限这样做。", "en": "You are not allowed to do this."}
    hints = {
        "zh": "请在你能看到的频道里操作，或联系管理员。",
        "en": "Do it in a channel you can see, or ask your operator.",
    }


class NotSignedIn(NotPermitted):
    """At the operators' desk: there is no session, or its operator was removed."""

    code = "not_signed_in"
    texts = {"zh": "请先登录。", "en": "Sign in first."}
    hints = {
        "zh": "重新打开页面并输入你的口令；新口令：shiguang operators add 名字",
        "en": "Open the page again and enter your token; a new one: shiguang operators add NAME",
    }


class WrongToken(NotPermitted):
    """No operator has this token, or has it any more."""

    code = "wrong_token"
    texts = {"zh": "口令不对。", "en": "That is no operator's token."}
    hints = {
        "zh": "口令只在创建时显示一次；运行 shiguang operators add 名字 可得到新的。",
        "en": "It was shown once, when it was made; for a new one run: shiguang operators add NAME",
    }


class TooManyAttempts(ShiguangError):
    """Wrong tokens came too often from one place; ``detail`` says how long to wait."""

    code = "too_many_attempts"
    texts = {"zh": "尝试次数太多。", "en": "Too many attempts."}
    hints = {"zh": "请一分钟后再试。", "en": "Try again in a minute."}


class NotFound(ShiguangError, LookupError):
    """What a person named does not exist (or no longer)."""

    code = "not_found"
    texts = {"zh": "没有找到。", "en": "Not found."}
    hints = {"zh": "检查名称；它可能已被删除。", "en": "Check the name; it may have been deleted."}


class AnswerWithdrawn(NotFound):
    """Its words and everything it was made of are gone with a source; ``detail`` is the answer's id."""

    code = "answer_withdrawn"
    texts = {
        "zh": "这条回答已撤回，因为它依据的消息被删除或修改了。",
        "en": "This answer was withdrawn, because a message that it rests on was deleted or changed.",
    }
    hints = {"zh": "请重新提问。", "en": "Ask the question again."}


class NothingToReplay(NotFound):
    """Nothing that a model said was kept of an answer; ``detail`` is its id."""

    code = "nothing_to_replay"
    texts = {
        "zh": "这条回答没有保留可以重放的内容：没有用到模型，或者问题已被删除。",
        "en": "There is nothing to replay of this answer: no model spoke for it, or its question was deleted.",
    }
    hints = {"zh": "请重新提问。", "en": "Ask the question again."}


class BadInput(ShiguangError):
    """What a person typed or sent cannot be understood; ``detail`` says what was expected."""

    code = "bad_input"
    texts = {"zh": "输入有误。", "en": "The input is not understood."}
    hints = {"zh": "请改正后重试，没有丢失任何内容。", "en": "Correct it and try again; nothing was lost."}


class PromptRefused(BadInput):
    """A prompt lacks what the program relies on; ``detail`` is the sentences that say what."""

    code = "prompt_refused"
    texts = {"zh": "这份提示词还不能用。", "en": "This prompt cannot be used yet."}
    hints = {
        "zh": "没有保存任何内容，正在使用的提示词不变。",
        "en": "Nothing was saved; the prompt in force stays as it is.",
    }
