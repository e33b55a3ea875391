"""Tables of the truth. Times are stored in UTC; ids are those of ``connectors.events``.

Invariant 3 in columns: whatever holds words of a message (``messages.text``, ``message_edits``, ``file_texts``,
``inbox.payload``, ``letters.body``, ``answers``, ``answer_sources``) is emptied or removed when the message is deleted.
"""

from bot.truth.tables.answers import AnswerRow, AnswerSourceRow, ChannelSettingsRow, ConfirmationRow, VerdictRow
from bot.truth.tables.base import Base, UtcDateTime
from bot.truth.tables.chats import (
    ChannelRow,
    FileRow,
    FileTextRow,
    InboxRow,
    LinkRow,
    MembershipRow,
    MessageEditRow,
    MessageRow,
    PersonRow,
    ReactionRow,
    RemovedFileRow,
)
from bot.truth.tables.curation import PreferenceRow, ReminderRow, StandardAnswerRow
from bot.truth.tables.digests import (
    ConversationSummaryRow,
    ConversationSummarySourceRow,
    DigestRow,
    DigestScheduleRow,
    DigestSourceRow,
)
from bot.truth.tables.findings import (
    CategoryCorrectionRow,
    CategoryRow,
    ConversationQueueRow,
    ConversationRow,
    IndexQueueRow,
    RecordCategoryRow,
    RecordTopicRow,
    TopicRow,
)
from bot.truth.tables.live import (
    ChannelHistoryRow,
    FetchedFileRow,
    GoneWorkspaceRow,
    LetterRow,
    NoteRow,
    RevisionRow,
)
from bot.truth.tables.removals import ErasureRow, ForgottenRow, RetentionRow

__all__ = [
    "AnswerRow",
    "AnswerSourceRow",
    "Base",
    "CategoryCorrectionRow",
    "CategoryRow",
    "ChannelHistoryRow",
    "ChannelRow",
    "ChannelSettingsRow",
    "ConfirmationRow",
    "ConversationQueueRow",
    "ConversationRow",
    "ConversationSummaryRow",
    "ConversationSummarySourceRow",
    "DigestRow",
    "DigestScheduleRow",
    "DigestSourceRow",
    "ErasureRow",
    "FetchedFileRow",
    "FileRow",
    "FileTextRow",
    "ForgottenRow",
    "GoneWorkspaceRow",
    "InboxRow",
    "IndexQueueRow",
    "LetterRow",
    "LinkRow",
    "MembershipRow",
    "MessageEditRow",
    "MessageRow",
    "NoteRow",
    "PersonRow",
    "PreferenceRow",
    "ReactionRow",
    "RecordCategoryRow",
    "RecordTopicRow",
    "ReminderRow",
    "RemovedFileRow",
    "RetentionRow",
    "RevisionRow",
    "StandardAnswerRow",
    "TopicRow",
    "UtcDateTime",
    "VerdictRow",
]
