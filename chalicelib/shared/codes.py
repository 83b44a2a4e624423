"""Codes that people read aloud and type: case codes, invite codes, ids."""

from __future__ import annotations

import secrets
from typing import Final

from chalicelib.shared.errors import BadRequest
from chalicelib.shared.texts import Text

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U (https://www.crockford.com/base32.html)."""

CODE_LENGTH: Final = 16  # 80 random bits
_GROUP: Final = 4
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


class BadCode(BadRequest):
    """A code with a wrong check character, length or letter: a typo, which is not looked up."""

    slug = "bad-code"
    title = Text("编码有误", "The code is mistyped")
    remedy = Text("请对照原件重新输入：共 17 个字符，连字符可省略。", "Compare it with the original: 17 characters.")


def new_code() -> str:
    """Return a new code: 16 random characters and a check character, without hyphens."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return body + check_character(body)


def new_id(length: int = 10) -> str:
    """Return a random id of `length` characters, 5 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def check_character(body: str) -> str:
    """Return the Luhn mod 32 check character of `body` (ISO/IEC 7812-1's algorithm over this alphabet)."""
    size = len(ALPHABET)
    total = 0
    for place, character in enumerate(reversed(body)):
        value = ALPHABET.index(character)
        doubled = value * 2 if place % 2 == 0 else value
        total += doubled // size + doubled % size
    return ALPHABET[-total % size]


def parse_code(text: str) -> str:
    """Return the code as it is stored; accepts any case, hyphens or none, `O` for 0, `I` and `L` for 1.

    Raises `BadCode` for anything that no code can be.
    """
    code = text.upper().translate(_READ_AS)
    if len(code) != CODE_LENGTH + 1 or any(character not in ALPHABET for character in code):
        raise BadCode
    if check_character(code[:-1]) != code[-1]:
        raise BadCode
    return code


def show_code(code: str) -> str:
    """Return the code as it is shown: `XXXX-XXXX-XXXX-XXXX-C`."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
