"""Questions with evidence, one JSON object a line, as in the design."""

from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.errors import BadInput


class EvaluationQuestion(BaseModel):
    """One question; ``answer`` is None when the archive holds none. Unknown keys are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    qid: Annotated[str, BeforeValidator(str)]
    question: str
    answer: Annotated[str | None, BeforeValidator(lambda value: None if value is None else str(value))] = None
    answers: tuple[Annotated[str, BeforeValidator(str)], ...] | None = None
    """Other answers that are as right."""
    category: Annotated[str, BeforeValidator(str)] = ""
    evidence: tuple[str, ...] = ()
    channel: str = ""
    asked_at: AwareDatetime | None = None

    @property
    def has_answer(self) -> bool:
        """Whether the archive holds the answer."""
        return self.answer is not None

    @property
    def expected(self) -> tuple[str, ...]:
        """Every answer that counts as right; none where the archive holds none."""
        return () if self.answer is None else tuple(dict.fromkeys((self.answer, *(self.answers or ()))))


def load_questions(path: Path) -> list[EvaluationQuestion]:
    """Read the file; raises ``BadInput`` that names the first broken line."""
    try:
        # Only line feeds end a line: JSON may hold other separators within a text.
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read") from error
    questions: list[EvaluationQuestion] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            questions.append(EvaluationQuestion.model_validate_json(line))
        except ValidationError as error:
            raise BadInput(f"{path.name}, line {number} is not a question") from error
    if not questions:
        raise BadInput(f"{path.name} holds no question")
    return questions
