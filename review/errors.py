"""What a page raises on purpose."""


class NotFoundError(Exception):
    """There is no such thing; the message says what was looked for."""


class BadRequestError(Exception):
    """The request is wrong; the message says what, the value, and what is allowed."""
