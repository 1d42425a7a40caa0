"""Password hashing with argon2id. Costs about 50 ms and 64 MiB on purpose: run it in a thread."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106, second recommended option


@cache
def hash_of_nobody() -> str:
    """A hash of nothing anybody knows: checking an unknown login costs as much as a known one.

    Made once, by whoever is going to check passwords: most programs that know of them never do.
    """
    return _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def is_password(stored_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; takes the same time when there is no hash."""
    try:
        return _HASHER.verify(stored_hash or hash_of_nobody(), password) and stored_hash is not None
    except (VerificationError, InvalidHashError):
        return False
