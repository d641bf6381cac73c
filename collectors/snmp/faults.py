"""The ways a device can fail to answer. Values for a person, not bugs: a run goes on."""


class Fault(Exception):
    """A device's fault: `code` for programs, the text for a person."""

    code = "fault"


class NoAnswer(Fault):
    """Nothing came within the time and the retries allowed."""

    code = "no_answer"


class BadAnswer(Fault):
    """Something came, but it is not a response to what was asked."""

    code = "bad_answer"


class Refused(BadAnswer):
    """It answered that it does not know the user, the key, or the way to encrypt: another try is of no use."""

    code = "refused"
