"""Who may log in: a file of names, roles and argon2 hashes."""

import json
import re
import secrets
import threading
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from base.errors import InputError
from base.files import changing, write_text

Role = Literal["viewer", "curator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


class UsersFileError(InputError):
    """The file of users cannot be read, or is none."""


# To look at one password takes 64 MB.
_AT_ONCE = threading.BoundedSemaphore(2)

_HASHER = PasswordHasher()
_NAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True)
class Person:
    """Somebody at the page. `password_tag` changes with the password, so that a new one ends old sessions."""

    name: str
    role: Role
    password_tag: str = ""

    def may(self, role: Role) -> bool:
        """Whether the person has that role or a higher one."""
        return ROLES.index(self.role) >= ROLES.index(role)


class UsersFile:
    """A JSON file, ``{name: {role, password}}``, which only its owner can read; read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unknown = _hash_of_nobody()

    def all(self) -> dict[str, Person]:
        """Everybody who may log in, by name."""
        return {name: _person(name, entry) for name, entry in sorted(self._read().items())}

    def add(self, name: str, role: Role, password: str) -> Person:
        """Let somebody in, or give them a new role and password.

        Raises InputError for a name, role or password that is not allowed.
        """
        if not _NAME.fullmatch(name):
            raise InputError(f"the name is {name!r}; allowed are 1 to 64 letters, digits and any of . _ @ -")
        if role not in ROLES:
            raise InputError(f"the role is {role!r}; allowed are {', '.join(ROLES)}")
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise InputError(
                f"the password has {len(password)} characters; allowed are {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}"
            )
        entry = {"role": role, "password": _HASHER.hash(password)}
        with changing(self.path):
            self._write({**self._read(), name: entry})
        return _person(name, entry)

    def remove(self, name: str) -> None:
        """Let somebody in no longer. Raises InputError where nobody has that name."""
        with changing(self.path):
            entries = self._read()
            if entries.pop(name, None) is None:
                raise InputError(f"there is no user {name!r}; there are: {', '.join(sorted(entries)) or 'none'}")
            self._write(entries)

    def check(self, name: str, password: str) -> Person | None:
        """The person, if name and password are right. It takes as long for an unknown name as for a known one."""
        entry = self._read().get(name)
        try:
            with _AT_ONCE:
                _HASHER.verify(entry["password"] if entry else self._unknown, password[: LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return None
        return _person(name, entry) if entry else None

    def _read(self) -> dict[str, dict[str, str]]:
        try:
            entries: dict[str, dict[str, str]] = json.loads(self.path.read_text(encoding="utf-8"))
            if any(entry["role"] not in ROLES or not entry["password"] for entry in entries.values()):
                raise ValueError(f"a role is none of {', '.join(ROLES)}")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsersFileError(f"{self.path} is not a file of users: {error}") from error
        return entries

    def _write(self, entries: dict[str, dict[str, str]]) -> None:
        write_text(self.path, json.dumps(entries, indent=1, sort_keys=True, ensure_ascii=False), private=True)


def read_secret(path: Path) -> str:
    """The key that signs sessions; made the first time, readable by its owner alone."""
    if not path.is_file():
        write_text(path, secrets.token_urlsafe(48), private=True)
    return path.read_text(encoding="utf-8").strip()


def _person(name: str, entry: dict[str, str]) -> Person:
    role = next(role for role in ROLES if role == entry["role"])
    return Person(name, role, sha256(entry["password"].encode()).hexdigest()[:16])


@cache
def _hash_of_nobody() -> str:
    """What is looked at where nobody has the name, so that the answer takes as long."""
    return _HASHER.hash(secrets.token_hex(16))
