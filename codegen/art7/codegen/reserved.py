"""Names that generated modules hold beside those of a specification.

A variable named after a member must not hide a function, a class or a module that the same text calls: in Python that
would hide it in the whole function. They are read from the text that packages are given, so that nothing
is forgotten when that text grows.
"""

from __future__ import annotations

import builtins
import re
from importlib import resources

from art7.codegen.python.vendoring import PACKAGES

_DEFINED = re.compile(r"^(?:def|class) (\w+)|^(\w+(?:, \w+)*)(?:: [^=\n]+)? =", re.ASCII | re.MULTILINE)

STANDARD = frozenset(
    "Any Callable ClassVar Final Generic Iterable Iterator Mapping NamedTuple Self Sequence Struct TypeAlias TypeVar "
    "Union annotations base64 binascii compare_digest hashlib hmac json math re struct typing zlib".split()
)
"""What generated modules import of Python's own library."""


def _supported() -> frozenset[str]:
    found: set[str] = set()
    for file in (file for package in PACKAGES for file in resources.files(package).iterdir()):
        if file.name.endswith(".py"):
            for match in _DEFINED.finditer(file.read_text(encoding="utf-8")):
                found.update((match[1] or match[2]).split(", "))
    return frozenset(name for name in found if not name.startswith("_"))


SUPPORTED = _supported()
"""What a support module may define. Its private names begin with `_`, as no name of a specification does."""

TAKEN = frozenset(dir(builtins)) | STANDARD | SUPPORTED
"""All of them, and Python's builtins."""

CLASSES = frozenset(
    """
    ABSENT Absent Any ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup
    BlockingIOError BrokenPipeError BufferError BuiltinError BytesWarning CBOR_BYTES CBOR_LISTS
    CBOR_SMALL CBOR_TEXTS CURVE_ORDERS Callable Carried CborNode CborReader CborSequence
    ChildProcessError ClassVar CodecError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DecodeError Decoded Decoder DeprecationWarning DerContent DerivationTrace
    DeriveError EOFError Effect Ellipsis EncodeError EncodingWarning EnvironmentError Event Exception
    ExceptionGroup FAILURES Fail False Fields FileExistsError FileNotFoundError Final Fix
    FloatingPointError FutureWarning GeneratorExit Generic Head HeaderBlock HeaderLine HeaderText
    INTEGER_LIMIT IOError ImportError ImportWarning IndentationError IndexError InterruptedError
    IsADirectoryError Items Iterable Iterator JsonLines JsonNode JsonRefused KeyError KeyboardInterrupt
    Local LookupError Machine MachineFault Mapping Mark Member MemoryError ModuleNotFoundError NameError
    NamedTuple None NotADirectoryError NotImplemented NotImplementedError OCTETS OPEN OSError Operation
    OverflowError Parameter Pending PendingDeprecationWarning PermissionError Pieces PlacesOf
    ProcessLookupError PythonFinalizationError Reading Received Record RecursionError ReferenceError
    Refused ResourceWarning RuntimeError RuntimeWarning SIZE_LIMIT Secret Self Send Sequence Shape Simple
    StartTimer StopAsyncIteration StopIteration StopTimer Stream Struct SyntaxError SyntaxWarning
    SystemError SystemExit TabError Tagged TimedOut TimeoutError Trace Transition True TypeAlias
    TypeError TypeVar UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError
    UnicodeTranslateError UnicodeWarning Union Unreadable UserWarning ValueError Values Waiting Warning
    Writer Writing XML_DECLARATION XML_DEPTH XML_TAG XmlFree XmlScan XmlStream ZeroDivisionError
    """.split()
)
"""Names that no class of a specification has: it gets a `_` behind it.

Classes are what an SDK's users import, so this list is not read from anywhere: neither a later text of ours nor a
later Python may rename them. What generated packages come to need beside it has a private name.
"""
