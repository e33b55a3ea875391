from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from knowledge.filetext import ReadLimits
from tests.unit.knowledge.filetext.documents import NO_OCR, read_bytes

CHINESE_FONTS = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"),
    Path("/System/Library/Fonts/PingFang.ttc"),
)


def png(lines: list[str], *, font: Path | None = None, size: tuple[int, int] = (640, 160)) -> bytes:
    image = Image.new("RGB", size, "white")
    drawn = ImageFont.truetype(str(font), 34) if font else ImageFont.load_default(34)
    for number, text in enumerate(lines):
        ImageDraw.Draw(image).text((20, 20 + 60 * number), text, fill="black", font=drawn)
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_text_is_read_off_a_picture_whatever_its_name(tmp_path: Path) -> None:
    found = read_bytes(tmp_path, png(["Invoice 20417", "Total 1280 yuan"]), "note.txt", limits=ReadLimits())
    assert found.kind == "image"
    assert found.text.replace(" ", "") == "Invoice20417\nTotal1280yuan"


@pytest.mark.slow
def test_chinese_and_a_long_screenshot(tmp_path: Path) -> None:
    font = next((path for path in CHINESE_FONTS if path.exists()), None)
    if font is None:
        pytest.skip("no Chinese font on this machine")
    lines = [f"第{number}行消息的内容" for number in range(10, 90)]
    found = read_bytes(tmp_path, png(lines, font=font, size=(640, 4900)), "chat.png", limits=ReadLimits(seconds=110))
    read = found.text.replace(" ", "").split("\n")
    assert len(set(lines) & set(read)) >= 78
    assert len(read) <= 82


def test_ocr_can_be_off(tmp_path: Path) -> None:
    assert read_bytes(tmp_path, png(["hello"]), "a.png", limits=NO_OCR).reason == "ocr_off"


def test_a_picture_of_too_many_pixels_is_not_decoded(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("1", (4000, 4000)).save(buffer, "PNG")
    found = read_bytes(tmp_path, buffer.getvalue(), "a.png", limits=ReadLimits(max_image_pixels=1_000_000))
    assert found.reason == "too_large"


@pytest.mark.parametrize("keep", [20, 400])
def test_a_cut_off_picture(tmp_path: Path, keep: int) -> None:
    assert read_bytes(tmp_path, png(["hello"])[:keep], "a.png", limits=ReadLimits()).reason == "corrupt"
