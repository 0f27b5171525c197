"""What this package raises on purpose; each message is meant for a person."""


class InputError(ValueError):
    """A hyperparameter, checkpoint or data set is wrong; the message says what is allowed."""
