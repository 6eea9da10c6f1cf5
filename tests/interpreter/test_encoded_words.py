"""Encoded words of mail: the examples of RFC 2047 §8, and what stays as it is; both executions alike."""

from __future__ import annotations

import random
from email.header import decode_header, make_header

import pytest

from art7.codegen.python.vendored.encoded_words import encoded_words as generated
from art7.interpreter.functions.encoded_words import encoded_words

CASES = {
    "(=?ISO-8859-1?Q?a?=)": "(a)",
    "(=?ISO-8859-1?Q?a?= b)": "(a b)",
    "(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)": "(ab)",
    "(=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=)": "(ab)",
    "(=?ISO-8859-1?Q?a_b?=)": "(a b)",
    "(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)": "(a b)",
    "=?ISO-8859-1?Q?Olle_J=E4rnefors?= <ojarnef@admin.kth.se>": "Olle Järnefors <ojarnef@admin.kth.se>",
    "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=  =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=":
        "If you can read this you understand the example.",
    "=?utf-8*en?q?=E2=82=AC?= a": "€ a",
    "a=?utf-8?q?b?=": "a=?utf-8?q?b?=",
    "=?utf-8?q?b?=a": "=?utf-8?q?b?=a",
    "=?utf-8?x?b?=": "=?utf-8?x?b?=",
    "=?none?q?b?=": "=?none?q?b?=",
    "=?utf-8?q?=E2=82?= =?utf-8?q?b?=": "=?utf-8?q?=E2=82?= b",
    "=?utf-8?q?=?= =?utf-8?q?=4?= =?utf-8?q?=GG?=": "=?utf-8?q?=?= =?utf-8?q?=4?= =?utf-8?q?=GG?=",
    "=?utf-8?b?YWJ?= =?utf-8?b?YWI=?=": "=?utf-8?b?YWJ?= ab",
    "=?utf-8?q?a b?=": "=?utf-8?q?a b?=",
    "=?utf-8?q??= x": " x",
    "=? ?= =?": "=? ?= =?",
    "": "",
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_words(text: str) -> None:
    assert encoded_words(text) == generated(text) == CASES[text]


def test_another_program_decodes_the_same() -> None:
    for text in list(CASES)[6:8]:
        assert str(make_header(decode_header(text))) == CASES[text]


def test_both_executions_agree_on_what_is_changed() -> None:
    chance, signs = random.Random(2047), "=?bBqQ_ \t(é=\n8-" + "A4E*"
    for _ in range(4000):
        text = chance.choice([*CASES])
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(text) + 1)
            text = text[:place] + chance.choice(signs) + text[place + chance.randint(0, 2) :]
        assert encoded_words(text) == generated(text), text


def test_much_that_is_no_word_takes_little_time() -> None:
    for text in ("=?" * 60_000, "=?a?q?" * 30_000, "=?a?q?b?= " * 20_000, "?=" * 60_000, "=?a?q?" + "=" * 90_000, "=?a" * 60_000,
                 " =?a?q?b" * 30_000 + "?="):  # fmt: skip
        assert encoded_words(text) == generated(text)
