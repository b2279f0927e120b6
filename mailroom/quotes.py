"""What is new in a mail: without the quoted one below or above it, and without a signature.

Where it is not clear what is quoted, too much is kept rather than too little: what a client wrote must not be lost.
"""

import re
from functools import cache

from mailparser_reply import EmailMessage
from mailparser_reply.constants import MAIL_LANGUAGES

# Nobody writes more; the patterns below take long for endless texts.
LONGEST = 100_000
LONGEST_LINE = 300
MOST_LINES = 2000
WINDOW, OVERLAP = 40, 10
LANGUAGES = sorted(MAIL_LANGUAGES)
SHORT = 60
LINES_OF_A_SIGNATURE = 8
LINES_OF_AN_ATTRIBUTION = 3
_WHO_OR_WHEN = re.compile(r"[^\s@]@[^\s@]|\d{1,2}[:.]\d\d")
# Programs write such a line above what somebody passes on; that is meant to be read.
_PASSED_ON = re.compile(
    r"^(?:> ?){0,9}(?:-{3,20} ?)?(?:Begin forwarded message|Forwarded message|Weitergeleitete Nachricht|"
    r"Anfang der weitergeleiteten Nachricht|Message transféré|Début du message réexpédié|Mensaje reenviado|"
    r"Inicio del mensaje reenviado)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SENT_FROM = re.compile(
    r"(?:Sent from my|Sent from Outlook|Sent from Mail|Get Outlook for|Sent with|Von meinem .{1,40} gesendet|"
    r"Gesendet von|Envoyé de mon|Envoyé depuis|Télécharger Outlook|Enviado desde mi|Enviado desde|Obtener Outlook)\b.*",
    re.IGNORECASE,
)
# A word or two that end a letter, alone on their line.
_FAREWELL = re.compile(
    r"(?:(?:kind|best|warm)(?:est)? regards|regards|best|all the best|cheers|thanks|thank you|many thanks|"
    r"mit freundlichen gr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|liebe|freundliche) gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss)|mfg|vg|"
    r"cordialement|bien cordialement|bien à vous|salutations|"
    r"saludos|un saludo|saludos cordiales|atentamente|un cordial saludo)[,.!]?",
    re.IGNORECASE,
)


def new_in(text: str) -> str:
    """The part of a mail's text that its sender wrote this time."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")[:LONGEST].strip("\n")
    if _PASSED_ON.search(text) and not _is_quoted_there(text):
        return text.strip()
    lines = text.split("\n")
    above = _lines_above(lines)
    quoted = next((number for number, line in enumerate(lines) if line.lstrip().startswith(">")), len(lines))
    if quoted <= above and quoted < len(lines):
        # No line that was recognised stands above the quotation; perhaps one that was not.
        above = quoted
        lines = [*(kept := _without_attribution(lines[:above])), *lines[above:]]
        above = len(kept)
    own = _without_signature(_unquoted(lines[:above]))
    below = lines[above:]
    if any(line.lstrip().startswith(">") for line in below):
        # Quoted line by line, so what is not marked was written below or between the quoted lines.
        own += _without_signature(_between(below))
    return "\n".join(own).strip()


def _is_quoted_there(text: str) -> bool:
    """Whether the line about passing on stands inside of what is quoted."""
    found = _PASSED_ON.search(text)
    return found is not None and found[0].startswith(">")


def _lines_above(lines: list[str]) -> int:
    """How many lines stand above the first quoted mail."""
    # Long lines are paragraphs, never what a program writes above a quotation; the patterns would take long for them.
    short = [line if len(line) <= LONGEST_LINE else "…" for line in lines[:MOST_LINES]]
    for first in range(0, len(short), WINDOW - OVERLAP):
        # In pieces: some of the patterns take a time that grows much faster than the text.
        piece = "\n".join(line.strip() for line in short[first : first + WINDOW])
        if found := _headers().search(piece):
            return first + piece.count("\n", 0, _begins(found))
    return len(lines)


def _begins(found: re.Match[str]) -> int:
    """Where the first word of a match stands: some patterns take the line ends before it."""
    return found.start() + len(found[0]) - len(found[0].lstrip())


@cache
def _headers() -> re.Pattern[str]:
    """What programs write above a quoted mail, in every language that the library knows."""
    pattern: re.Pattern[str] = EmailMessage(text="", languages=list(LANGUAGES)).HEADER_REGEX
    return pattern


def _without_attribution(lines: list[str]) -> list[str]:
    """Without the line above a quotation that says who wrote it and when, in whatever language."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    begin = end
    while begin and lines[begin - 1].strip() and end - begin < LINES_OF_AN_ATTRIBUTION:
        begin -= 1
    said = " ".join(lines[begin:end])
    return lines[:begin] if said.endswith(":") and _WHO_OR_WHEN.search(said) else lines


def _unquoted(lines: list[str]) -> list[str]:
    return [line.rstrip() for line in lines if not line.lstrip().startswith(">")]


def _between(lines: list[str]) -> list[str]:
    """What stands between and below quoted lines, without what a program wrote above them."""
    first = next(number for number, line in enumerate(lines) if line.lstrip().startswith(">"))
    return _unquoted(lines[first:])


def _without_signature(lines: list[str]) -> list[str]:
    """Cut at the sign for signatures, at what a telephone adds, and at a farewell that only names follow."""
    for number, line in enumerate(lines):
        if line.rstrip() in {"--", "—"} or re.fullmatch(r"\s*_{10,}\s*", line) or _SENT_FROM.fullmatch(line.strip()):
            lines = lines[:number]
            break
    for number, line in list(enumerate(lines))[-2 * LINES_OF_A_SIGNATURE :]:
        if number and len(line) <= SHORT and _FAREWELL.fullmatch(line.strip()):
            rest = [after for after in lines[number + 1 :] if after.strip()]
            if _is_a_name_card(rest):
                return lines[:number]
    return lines


def _is_a_name_card(lines: list[str]) -> bool:
    """Whether these lines are a name, a firm, a telephone number: short, and no sentences."""
    return len(lines) <= LINES_OF_A_SIGNATURE and all(
        len(line) <= SHORT and not line.rstrip().endswith((".", "?", "!")) for line in lines
    )
