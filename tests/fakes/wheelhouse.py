"""Small wheels in a folder, for pip's ``--find-links``: a package index without a network."""

import base64
import hashlib
import zipfile
from pathlib import Path


def write_wheel(
    folder: Path, package: str, version: str, files: dict[str, bytes], *, tag: str = "py3-none-any"
) -> Path:
    """A valid wheel that holds ``files``."""
    name = package.replace("-", "_")
    described = f"{name}-{version}.dist-info"
    contents = {
        **files,
        f"{described}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n".encode(),
        f"{described}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in contents.items())
    contents[f"{described}/RECORD"] = f"{record}{described}/RECORD,,\n".encode()
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return wheel


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
