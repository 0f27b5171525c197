"""What doctor says of one thing that it looked at."""

from typing import Literal

from pydantic import BaseModel

State = Literal["ok", "warn", "fail"]


class Finding(BaseModel):
    """One thing looked at: what was found and, where it is not well, what to type."""

    check: str
    state: State
    found: str
    advice: str | None = None


def ok(check: str, found: str) -> Finding:
    return Finding(check=check, state="ok", found=found)


def warn(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, state="warn", found=found, advice=advice)


def fail(check: str, found: str, advice: str) -> Finding:
    return Finding(check=check, state="fail", found=found, advice=advice)
