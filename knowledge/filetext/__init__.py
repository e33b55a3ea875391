"""File to text, by page, sheet, slide or member, in processes that no file can make harmful."""

from knowledge.filetext.files import read_file
from knowledge.filetext.limits import ReadLimits
from knowledge.filetext.pages import FileKind, FileText, PageText
from knowledge.filetext.process import ReadingProcessFailed
from knowledge.filetext.reader import FileReader
from knowledge.filetext.reasons import REASONS, Reason, reason_sentence

__all__ = [
    "REASONS",
    "FileKind",
    "FileReader",
    "FileText",
    "PageText",
    "ReadLimits",
    "ReadingProcessFailed",
    "Reason",
    "read_file",
    "reason_sentence",
]
