"""Text on pictures, by rapidocr with the models inside its wheel: Chinese and English, offline."""

import os
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from knowledge.filetext.layout import TextLine, join_wrapped_chinese, page_text
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

MAX_SIDE: Final = 2000
"""Longest side in pixels that the detector sees unshrunk."""
_TILE_OVERLAP: Final = 120
_MIN_SIDE: Final = 24
_MIN_EMBEDDED_AREA: Final = 8000
"""Icons and rules in documents are smaller than this many pixels."""
_THREADS: Final = 4
_VISIBLE_ALPHA: Final = 40
_LIGHT: Final = 200


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # loads models: only when a picture comes

    threads = min(_THREADS, os.cpu_count() or 1)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _lines(pixels: "np.ndarray[Any, Any]", offset: int) -> list[TextLine]:
    found = _engine()(pixels)
    if found.boxes is None or found.txts is None:
        return []
    return [
        TextLine(
            left=float(box[:, 0].min()),
            top=float(box[:, 1].min()) + offset,
            right=float(box[:, 0].max()),
            bottom=float(box[:, 1].max()) + offset,
            text=str(text).strip(),
        )
        for box, text in zip(found.boxes, found.txts, strict=True)
        if str(text).strip()
    ]


def image_text(image: "Image.Image", reading: Reading) -> str:
    """The text of a decoded picture. A long screenshot is read in tiles, because shrinking it makes it illegible."""
    import numpy as np  # with the models
    from PIL import ImageOps  # with the models

    image = ImageOps.exif_transpose(image)
    if min(image.size) < _MIN_SIDE:
        return ""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = _on_paper(image.convert("RGBA"))
    image = image.convert("RGB")
    if image.getcolors(maxcolors=1):
        return ""
    if image.width > MAX_SIDE:
        image = image.resize((MAX_SIDE, max(1, round(image.height * MAX_SIDE / image.width))))
    lines: list[TextLine] = []
    for top in range(0, image.height, MAX_SIDE - _TILE_OVERLAP):
        reading.check_time()
        bottom = min(image.height, top + MAX_SIDE)
        tile = _lines(np.asarray(image.crop((0, top, image.width, bottom)))[:, :, ::-1], top)
        # A line cut by the tile's edge lies whole in the neighbouring tile: each keeps the lines of its own part.
        first = top + _TILE_OVERLAP / 2 if top else 0
        last = bottom - _TILE_OVERLAP / 2 if bottom < image.height else bottom
        lines += [line for line in tile if first <= (line.top + line.bottom) / 2 < last]
        if bottom == image.height:
            break
    return join_wrapped_chinese(page_text(lines))


def _on_paper(image: "Image.Image") -> "Image.Image":
    """A transparent picture on what makes it legible: white, or black where everything on it is light."""
    from PIL import Image, ImageStat  # with the models

    opaque = image.getchannel("A").point(lambda alpha: 255 if alpha > _VISIBLE_ALPHA else 0)
    light = ImageStat.Stat(image.convert("L"), mask=opaque)
    is_light = light.count[0] > 0 and light.mean[0] > _LIGHT
    paper = Image.new("RGBA", image.size, "black" if is_light else "white")
    paper.alpha_composite(image)
    return paper


def open_image(data: bytes, reading: Reading) -> "Image.Image":
    """Decode a picture lazily; raises ``UnreadableFile`` if it is broken or has too many pixels."""
    from PIL import Image, UnidentifiedImageError  # with the models

    Image.MAX_IMAGE_PIXELS = None  # checked here instead, before anything is decoded
    try:
        image = Image.open(BytesIO(data))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnreadableFile("corrupt", str(error)) from None
    if image.width * image.height > reading.limits.max_image_pixels:
        raise UnreadableFile("too_large", "pixels")
    return image


def picture_text(data: bytes, reading: Reading) -> str:
    """Text of a picture inside a document; empty if it is small, broken, was there before (a logo), or OCR is off."""
    digest = sha256(data).digest()
    if not reading.limits.ocr or digest in reading.seen_pictures:
        return ""
    reading.seen_pictures.add(digest)
    reading.check_time()
    try:
        image = open_image(data, reading)
        if image.width * image.height < _MIN_EMBEDDED_AREA:
            return ""
        return image_text(image, reading)
    except (UnreadableFile, OSError, ValueError, SyntaxError):
        return ""
