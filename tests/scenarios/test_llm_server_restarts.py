"""The model server is restarted in the middle of the day: people see a clear sentence, then answers again."""

import pytest
from pydantic import SecretStr

from bot.errors import ModelUnavailable
from bot.llm.factory import create_model
from bot.llm.interface import ChatMessage
from bot.settings import LlmSettings, Settings
from tests.fakes.openai_server import FakeAnswer, OpenAiServerFake, frame, refused, streamed

QUESTION = [ChatMessage("user", "部署改到哪天？")]


async def test_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    answers = (
        streamed("改到", "周五 [1]。"),
        FakeAnswer(parts=(frame("改"),), breaks_off=True),
        refused(503, '{"error": {"message": "Loading model"}}'),
        streamed("改到", "周五 [1]。"),
    )
    async with OpenAiServerFake(*answers).running() as server:
        llm = LlmSettings(backend="openai", base_url=server.base_url, model="tiny", api_key=SecretStr("sk-1"))
        model = create_model(Settings(home=tmp_path_factory.mktemp("home"), llm=llm))
        await model.start()
        assert [piece async for piece in model.stream(QUESTION)] == ["改到", "周五 [1]。"]
        with pytest.raises(ModelUnavailable) as caught:
            [piece async for piece in model.stream(QUESTION)]
        assert "没有应答" in caught.value.sentence("zh")
        assert "does not answer" in caught.value.sentence("en")
        assert [piece async for piece in model.stream(QUESTION)] == ["改到", "周五 [1]。"]
        await model.close()
