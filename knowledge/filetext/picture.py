"""Image files: one page, or one a frame for a scanned TIFF."""

from typing import Final

from knowledge.filetext.ocr import image_text, open_image
from knowledge.filetext.reading import Reading
from knowledge.filetext.reasons import UnreadableFile

_MAX_FRAMES: Final = 200


def read_picture(data: bytes, reading: Reading) -> None:
    """Read the text off an image; of a moving one only the first frame."""
    if not reading.limits.ocr:
        raise UnreadableFile("ocr_off")
    image = open_image(data, reading)
    reading.metadata["size"] = f"{image.width}×{image.height}"
    frames = min(getattr(image, "n_frames", 1), _MAX_FRAMES) if image.format == "TIFF" else 1
    try:
        for frame in range(frames):
            if frames > 1:
                image.seek(frame)
            reading.add(str(frame + 1) if frames > 1 else "", image_text(image, reading))
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableFile("corrupt", str(error)) from None
