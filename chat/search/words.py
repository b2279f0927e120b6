"""Words: how a text is taken apart, how a question is written for PostgreSQL, and what of an answer is marked.

One way for all of them, in Python: capitals and accents do not matter in any language, codes such as INV-2024-17 are
found by their parts in order, and scripts without spaces by any run of their characters. No language's grammar is
known: "label" finds "labels" because it begins so, not because one is the plural.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

LONGEST = 60
MOST_ASKED = 16
LAST_PLACE = 16_383  # PostgreSQL's own limit for the place of a word
# Shorter beginnings stand in so many texts that looking them all up helps nobody.
SHORTEST_BEGINNING = 3

_RUN = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+|\D+")
_QUOTED = re.compile(r'"([^"]*)"?|(\S+)')
# Thai, Lao, Burmese, Khmer, Japanese, Chinese: written without spaces between words.
_UNSPACED = (
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF)),
    *((0x3040, 0x30FF), (0x3400, 0x9FFF), (0x20000, 0x3FFFF)),
)


@dataclass(frozen=True)
class Word:
    """A word as it is compared, and where it stands in the text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """Words that must follow each other; the last one may only be begun."""

    words: tuple[str, ...]
    is_begun: bool

    def is_at(self, words: list[Word], place: int) -> bool:
        """Whether a text has it from this word on."""
        there = [word.text for word in words[place : place + len(self.words)]]
        if len(there) < len(self.words) or tuple(there[:-1]) != self.words[:-1]:
            return False
        return self.fits(there[-1])

    def fits(self, last: str) -> bool:
        """Whether a word can be the last one of it."""
        wanted = self.words[-1]
        return any(part.startswith(wanted) if self.is_begun else part == wanted for part in parts_of(last))


def words_of(text: str) -> Iterator[Word]:
    """The words of a text in order."""
    for run in _RUN.finditer(text):
        place = run.start()
        for is_unspaced, characters in groupby(run.group(), _is_unspaced):
            piece = "".join(characters)
            for word in piece if is_unspaced else [piece]:
                if folded := _folded(word):
                    yield Word(folded, place, place + len(word))
                place += len(word)


def parts_of(word: str) -> list[str]:
    """A word, and its runs of digits and letters: "abc123" is found by "123", too."""
    runs = _DIGITS.findall(word)
    return [word, *runs[1:]] if len(runs) > 1 else [word]


def vector_of(text: str, marks: list[str]) -> str:
    """A text as a PostgreSQL tsvector; marks are found like words, and no text contains one."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words_of(text), start=1):
        for part in parts_of(word.text):
            places.setdefault(part, []).append(min(place, LAST_PLACE))
    found = [f"'{word}':{','.join(map(str, at[:200]))}" for word, at in places.items()]
    return " ".join(found + [f"'{mark}'" for mark in marks])


def terms_of(question: str) -> list[Term]:
    """What is asked for: words that are begun, and "phrases in quotation marks" as they stand."""
    terms = []
    left = MOST_ASKED
    for match in _QUOTED.finditer(question):
        phrase, begun = match.groups()
        words = tuple(word.text for word in words_of(phrase if begun is None else begun))[:left]
        left -= len(words)
        if words:
            terms.append(Term(words, begun is not None and len(words[-1]) >= SHORTEST_BEGINNING))
    return terms


def query_of(terms: list[Term]) -> str:
    """The terms as a PostgreSQL tsquery. Words are letters and digits only, so nothing in them needs care."""
    return " & ".join(_phrase(term) for term in terms)


def matches(text: str, terms: list[Term]) -> bool:
    """Whether a text answers, by the same rules as PostgreSQL."""
    words = list(words_of(text))
    return all(any(term.is_at(words, place) for place in range(len(words))) for term in terms)


def marked(text: str, terms: list[Term]) -> list[tuple[int, int]]:
    """Where the words that were asked for stand in a text, in order."""
    words = list(words_of(text))
    found = set()
    for place in range(len(words)):
        for term in terms:
            if term.is_at(words, place):
                found.add((words[place].start, words[place + len(term.words) - 1].end))
    return sorted(found)


def _phrase(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    if term.is_begun:
        words[-1] += ":*"
    return f"({' <-> '.join(words)})"


def _is_unspaced(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _UNSPACED)


def _folded(word: str) -> str:
    """Without capitals and accents, and no longer than is worth comparing."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if c.isalnum())[:LONGEST]
