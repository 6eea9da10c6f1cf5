"""Colours for `.a7` text in the pages: a lexer for Pygments, known under the name `a7`."""

from __future__ import annotations

from pygments.lexer import RegexLexer, words
from pygments.lexers import LEXERS
from pygments.token import Comment, Keyword, Literal, Name, Number, Operator, Punctuation, Text

__all__ = ["A7Lexer"]  # what Pygments loads from here

KEYWORDS = """a7 accept align and as at bind by channel closed code const data default defer derive deprecated each else
encoding enum erase error errors every expect extend final for from function generic given goto group header hot identity
if ignore in input is json keep lenient let limit line local manual may message mixed module must none not on open optional or
otherwise output over pattern preserve private protocol public raise receive ref refuse reject requires resolve rest role
route run satisfies scenario schedule secret select send set should since size some start state stop struct tagged then timeout
timer to token union until unknown use vectors verified version view when with within""".split()


class A7Lexer(RegexLexer):  # type: ignore[misc]  # Pygments has no types
    """Enough of the syntax to read by: prose, data, numbers, keywords."""

    name = "a7"
    aliases = ["a7"]
    filenames = ["*.a7"]
    tokens = {
        "root": [
            (r"//[^\n]*", Comment.Single),
            (r'"(?:\\.|[^"\\])*"', Literal.String.Doc),
            (r"[xb]?'(?:\\.|[^'\\\n])*'", Literal.String.Single),
            (r"`[^`\n]*`", Name),
            (r"\b(?:RFC|FIPS|ISO|ITU|W3C|X)[\w.#-]*", Name.Label),
            (r"\b0x[0-9A-Fa-f_]+|\b0b[01_]+|\b\d[\d_]*(?:\.\d+)?\b", Number),
            (r"\b(?:u|i|f)\d{1,3}(?:le)?\b|\b(?:bytes|text|bool|varint|oid|time)\b", Keyword.Type),
            (words(KEYWORDS, prefix=r"\b", suffix=r"\b"), Keyword),
            (r"[A-Za-z_]\w*", Name),
            (r"[{}()\[\]:;,.]", Punctuation),
            (r"[-+*/%&|^<>=!~@?]+", Operator),
            (r"\s+", Text.Whitespace),
            (r".", Text),
        ]
    }


def register() -> None:
    """Make the lexer known to Pygments for this build."""
    LEXERS["A7Lexer"] = (__name__, "a7", ("a7",), ("*.a7",), ())
