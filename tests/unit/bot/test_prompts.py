from bot.prompts import prompt_text


def test_the_first_line_is_the_version_and_the_rest_the_text() -> None:
    english, chinese = prompt_text("answer", "en"), prompt_text("answer", "zh")

    assert english.version.startswith("answer-en-")
    assert chinese.version.startswith("answer-zh-")
    assert "version" not in english.text.splitlines()[0]
    assert "拾光" in chinese.text
