"""The policy as a table for the documentation."""

from notifications.policy import OF_BOTH_SIDES, TOPICS, UNASKED, Topic
from workstreams.choices import Side

BEGIN, END = "<!-- policy: begin -->", "<!-- policy: end -->"
_LEVELS = {"everything": "everything", "answers": "mentions and answers", "nothing": "always"}


def markdown() -> str:
    """One row a topic, in the order of the policy."""
    rows = ["| What happens | Whom | Bell | Mail | Quiet hours | In one mail | Heard at |", "|" + "---|" * 7]
    rows += [_row(topic) for topic in TOPICS.values()]
    rows += [
        f"| {does} | the address itself | - | at once | no | one mail each | always. {must} |"
        for does, must in UNASKED.items()
    ]
    return "\n".join(rows)


def _row(topic: Topic) -> str:
    level = f"{_LEVELS[topic.level]}{f'. {topic.must}' if topic.must else ''}"
    cells = [
        f"{topic.does}{_side(topic)} (`{topic.name}`)",
        topic.to,
        "at once" if topic.is_in_app else "-",
        f"{topic.mail.words}{', unless Intercom is connected and mails it' if topic.mailed_with else ''}",
        "yes" if topic.mail.keeps_quiet else "no",
        str(topic.bundle),
        level,
    ]
    return f"| {' | '.join(cells)} |"


def _side(topic: Topic) -> str:
    if topic.side is None or topic.name in OF_BOTH_SIDES:
        return ""
    return ", for the team" if topic.side == Side.TEAM else ", for clients"


def put_into(page: str) -> str:
    """The page with the table between its two marks.

    Raises: ValueError when a mark is missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The page needs the lines {BEGIN} and {END}.")
    return f"{before}{BEGIN}\n\n{markdown()}\n\n{END}{after}"
