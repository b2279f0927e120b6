"""The policy as data, against the table written once more."""

from pathlib import Path

import pytest

from notifications.policy import TOPICS, offered_to
from notifications.table import put_into
from tests.conftest import World

PAGE = Path(__file__).parents[2] / "docs/notifications.md"

# Topic, verbs, whether it stands in the bell, when it is mailed, whether quiet hours hold it, whether it must be.
FILES = "workstream.attachment_added workstream.attachment_released"
MOVES = "milestone.advanced milestone.went_back milestone.followed milestone.followed_type"
TABLE = """
new_workstream      | workstream.started | bell | at once | |
client_message      | chat.message_posted | bell | after 3 minutes of silence, at most 10 | quiet |
team_message | chat.message_posted | bell | after 3 minutes of silence, at most 10; FIRST | quiet |
mention             | chat.note_posted chat.note_edited | bell | after 1 minute, unless read before | quiet |
added               | workstream.member_added | bell | at once | |
lead                | workstream.lead_set | bell | at once | |
owner               | workstream.owner_set | bell | at once | |
invitation_missed   | workstream.invitation_missed | bell | at once | | must
invitation_accepted | workstream.invitation_accepted | bell | with the digest | |
milestone           | MOVES | bell | after 10 minutes, unless read before | |
milestone_team      | MOVES | bell | with the digest | |
salesforce          | salesforce.stage_heard | bell | with others, each hour | quiet |
attachment          | FILES | bell | after 10 minutes, unless read before | quiet |
document_requested  | workstream.document_requested | bell | at once | |
document_due        | workstream.document_due | bell | in the morning | |
closed              | workstream.closed workstream.reopened | bell | at once | |
reopening_asked     | chat.reopening_asked | bell | at once | |
held_mail           | mailroom.held | bell | no mail | |
"""


def test_the_policy_is_the_table() -> None:
    table = TABLE.replace("MOVES", MOVES).replace("FILES", FILES).replace("FIRST", "first answer after 1 minute")
    told = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    assert [
        [
            topic.name,
            " ".join(topic.verbs),
            "bell" if topic.is_in_app else "",
            topic.mail.words,
            "quiet" if topic.mail.keeps_quiet else "",
            "must" if topic.must else "",
        ]
        for topic in TOPICS.values()
    ] == told


def test_the_documentation_has_the_table() -> None:
    assert PAGE.read_text() == put_into(PAGE.read_text()), "Run: manage.py policy_table"


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="policy: begin"):
        put_into("# A page")


@pytest.mark.django_db
def test_nobody_is_offered_what_they_may_not_know_of(world: World) -> None:
    offered = {person: {topic.name for topic in offered_to(person)} for person in (world.owner, world.agile_worker)}
    assert offered[world.agile_worker] == {"added", "milestone_team", "attachment", "closed"}
    assert not offered[world.owner] & {"mention", "salesforce", "client_message", "milestone_team", "new_workstream"}
