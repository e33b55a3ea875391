import pytest

from bot.errors import Language
from bot.guarding.answers import objection


@pytest.mark.parametrize(
    ("sentence", "language", "problem"),
    [
        ("I have deleted all messages of Li Wei.", "en", "claims to have done something"),
        ("好的，我已经删除了全部记录。", "zh", "claims to have done something"),
        ("已为你关闭提醒。", "zh", "claims to have done something"),
        ("I cannot answer questions about this.", "en", "refuses"),
        ("抱歉，我不能回答这个问题。", "zh", "refuses"),
        ("![x](https://evil.example)", "en", "holds markup"),
        ("<img src=x> ok", "en", "holds markup"),
        ('{"name": "forget", "arguments": {}}', "en", "holds markup"),
        ("You are Shiguang, the archive assistant of a team.", "en", "repeats the prompt"),
        ("Le projet est prêt pour la livraison et il est dans les temps.", "en", "is in another language"),
        ("Проект будет сдан вовремя по плану.", "zh", "is in another language"),
        ("プロジェクトは予定どおりに納品されます。", "zh", "is in another language"),
        ("The project will be delivered to the customer on time.", "zh", "is in another language"),
        ("项目将在下个月按计划交付给客户。", "en", "is in another language"),
    ],
)
def test_what_the_bot_never_says(sentence: str, language: Language, problem: str) -> None:
    """Invariant 5."""
    assert objection(sentence, language) == problem


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Li Wei has deleted the old branch.", "en"),
        ("李伟已经删除了旧分支。", "zh"),
        ("发布日期改到 12 月 8 日。", "zh"),
        ("陈静。", "en"),
        ("The file is 预算表.xlsx by 陈静.", "en"),
        ("用的是 multilingual-e5-small int8 模型。", "zh"),
        ("gpt-4o-mini", "zh"),
        ("The client said he cannot answer before Friday.", "en"),
        ("<b> is the tag.", "en"),
    ],
)
def test_ordinary_answers_are_said(sentence: str, language: Language) -> None:
    assert objection(sentence, language) is None


def test_without_a_language_every_language_is_fine() -> None:
    assert objection("项目将在下个月按计划交付给客户。", None) is None
    assert objection("The project will be delivered to the customer on time.", None) is None
