"""The official samples of callback cryptography, and two made with the official libraries."""

from dataclasses import dataclass

_TOKEN = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"
_KEY = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
_CORP = "ww1436e0e65a779aee"


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One sealed message; ``contains`` are parts of its plaintext, or all of it when there is one and ``whole``."""

    name: str
    timestamp: str
    nonce: str
    signature: str
    encrypted: str
    contains: tuple[str, ...]
    whole: bool = True
    token: str = _TOKEN
    key: str = _KEY
    receive_id: str = _CORP

    @property
    def query(self) -> dict[str, str]:
        """As it comes in the address."""
        return {"msg_signature": self.signature, "timestamp": self.timestamp, "nonce": self.nonce}


ECHO = Vector(
    name="V1 echostr",
    timestamp="1476416373",
    nonce="47744683",
    signature="012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb",
    encrypted="fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA==",
    contains=("1288432023552776189",),
)
XML = Vector(
    name="V2 XML message",
    timestamp="1476422779",
    nonce="1597212914",
    signature="0c3914025cb4b4d68103f6bfc8db550f79dcf48e",
    encrypted="Kl7kjoSf6DMD1zh7rtrHjFaDapSCkaOnwu3bqLc5tAybhhMl9pFeK8NslNPVdMwmBQTNoW4mY7AIjeLvEl3NyeTkAgGzBhzTtRLNshw2AEew"
    "+kkYcD+Fq72Kt00fT0WnN87hGrW8SqGc+NcT3mu87Ha3dz1pSDi6GaUA6A0sqfde0VJPQbZ9U+3JWcoD4Z5jaU0y9GSh010wsHF8KZD24YhmZH4ch4Ka"
    "7ilEbjbfvhKkNL65HHL0J6EYJIZUC2pFrdkJ7MhmEbU2qARR4iQHE7wy24qy0cRX3Mfp6iELcDNfSsPGjUQVDGxQDCWjayJOpcwocugux082f49HKYg8"
    "4EpHSGXAyh+/oxwaWbvL6aSDPOYuPDGOCI8jmnKiypE+",
    contains=("<xml>", "ChenJiaShun", "你好", "1456453720", "1000002"),
    whole=False,
)
OLD_ECHO = Vector(
    name="V3 older echostr",
    token="QDG6eK",
    key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    receive_id="wx5823bf96d3bd56c7",
    timestamp="1409659589",
    nonce="263014780",
    signature="5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    encrypted="P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    contains=("1616140317555161061",),
)
JSON = Vector(
    name="V4 JSON sample, whose plaintext is no JSON",
    timestamp="1409659813",
    nonce="1372623149",
    signature="e3647471e395139e2308c1fa963f2d648a00b90e",
    encrypted="cjhLUX7UU4yCSelv1vz7T0zT8huF51bAMVWriNvO1FMegHrQZNrtvRxbwf0fUPsFvwqR0U0fgiJNEA5Y30F2MoI2S7vv3EjVQ68C0cjw9frBoUE2"
    "Hj0BvFp9h3u6Vbsg4lc1C8AtHdaN8orKuNKkLRLuYEL52R1J3v8olJGZRLnRdVKIivixmX/eQpzgeExtp20jI1HxRP1AAZ6xZoILdqDPO549LO4WeG+6"
    "85JRUTdiwcY5fjZlqeMxuT4PpMn1X9OWsS7NRj06Wa5E3Tvg4twjWp39KPfOdRte6P1T4JU=",
    contains=("{", "FromUserName"),
    whole=False,
)
STREAM = Vector(
    name="V5 robot's stream reply",
    receive_id="",
    timestamp="1700000000",
    nonce="1597212914",
    signature="527bc46da426beb6a10464f8bb9ed3af02b2bdb4",
    encrypted="scEag1243Fmy/fYz4Ux8D0GhynmtSSVjY87AGjaxen6QCjk2vLucneuj273NQQJ5s9cn8Ej0bMbyr4fZuPVnFgE7OaPBffHdITvcGDrQGbipIRJ3"
    "73WAX30SLx7kqEW5",
    contains=('{"msgtype":"stream","stream":{"id":"S1","finish":true,"content":"你好"}}',),
)
STREAM_RANDOM = b"0123456789abcdef"
VECTORS = (ECHO, XML, OLD_ECHO, JSON, STREAM)

MEDIA_KEY = _KEY
MEDIA_PLAIN = b"hello wecom media"
MEDIA_ENCRYPTED = "2uFzCrWIBfe6/WhTHQr1AvcITBf5QgodFTXkJK334fM="
