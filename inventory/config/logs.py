"""What a line of the log says: no stack of calls where the fault is not the program's."""

import logging


class HostInOneLine(logging.Filter):
    """A foreign host is refused in one line that names the setting; scanners ask by thousands."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.security.DisallowedHost":
            record.exc_info = record.exc_text = None
            record.msg, record.args = f"{record.getMessage()} Hosts are named in TAIZHANG_HOSTS.", ()
        return True
