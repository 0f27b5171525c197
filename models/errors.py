"""What this package raises on purpose; each message is meant for a person."""


class InputError(ValueError):
    """A hyperparameter, checkpoint or data set is wrong; the message says what is allowed."""


def first_line(error: Exception) -> str:
    """What another library's error says, short enough for a sentence of ours."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
