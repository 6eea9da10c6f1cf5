"""A specification of any size in the a7 language: messages of ten members with documentation and expressions.

Of the same kind as the synthetic specifications that other tools' compilers were measured with: about 500
octets a message, each of which may hold the one before.
"""

from __future__ import annotations

KINDS = {"struct": "", "message": "\n    limit size = 65536"}
"""Kind of declaration → what it needs beside its members: a message is the root of an exchange."""


def specification(messages: int, kind: str = "struct") -> str:
    """Return the text of a module `bench.text` with that many declarations of a kind."""
    limits = KINDS[kind]
    parts = [
        "a7 1\nmodule bench.text version 1.0 \"Made for measuring.\"\n\nencoding tls(vector: 'varint')\n",
        "errors { bad_sum = 101 }\n",
    ]
    for index in range(messages):
        if index % 10 == 0:
            parts.append(
                f'\nenum Kind{index}: u8 open "Kinds of message group {index // 10}." '
                "{ alpha = 1  beta = 2  gamma = 3  delta = 4 }\n"
            )
        tag = f"Kind{index - index % 10}"
        parent = "stamp: u64" if index == 0 else f"parent: Msg{index - 1}"
        parts.append(
            f"""
{kind} Msg{index} "Message {index} of the benchmark." ref RFC9420#{index % 17 + 1}.{index % 7} {{{limits}
    version:  u16
    flags:    u8                        // decides what follows
    kind:     {tag}
    sequence: u32
    group_id: bytes[0..255] "Identifier of the group."
    payload:  bytes[0..16383]
    items:    u32[flags + 1]
    token?:   bytes[16] "Present when the sender has one."
    body: select kind {{
        alpha     => {parent}
        beta      => blob: bytes[]
        otherwise => reject unknown_value
    }}
    must BT-{index}-01: sequence + version * 2 <= 0xffffffff else bad_sum
}}
"""
        )
    return "".join(parts)
