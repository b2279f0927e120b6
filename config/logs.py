"""What must not stand in a log."""

import logging
import re

# Addresses that are secrets: whoever knows them is believed.
_SECRET = re.compile(r"(/webhooks/salesforce/outbound/)[^/\s\"']+")


class HidesSecrets(logging.Filter):
    """Takes secrets that are part of an address out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the line pass, without them."""
        line = record.getMessage()
        if _SECRET.search(line):
            record.msg, record.args = _SECRET.sub(r"\1***", line), ()
        return True
