"""Lines of IRC as RFC 2812 prints them: read, written again octet by octet, refused where they are none."""

from __future__ import annotations

import pytest

from executions import Codec, Refused

MESSAGE = "history.irc.Message"

LINES = [
    "PASS secretpasswordhere",
    "NICK Wiz",
    ":WiZ!jto@tolsun.oulu.fi NICK Kilroy",
    "USER guest 0 * :Ronnie Reagan",
    "OPER foo bar",
    ":syrk!kalt@millennium.stealth.net QUIT :Gone to have lunch",
    "QUIT",
    "JOIN #foobar",
    "JOIN &foo fubar",
    "JOIN #foo,#bar fubar,foobar",
    "JOIN 0",
    ":WiZ!jto@tolsun.oulu.fi JOIN :#Twilight_zone",
    ":WiZ!jto@tolsun.oulu.fi PART #playzone :I lost",
    "MODE #Finnish +imI *!*@*.fi",
    ":WiZ!jto@tolsun.oulu.fi TOPIC #test :New topic",
    "TOPIC #test :",
    "TOPIC #test",
    "INVITE Wiz #Dust",
    "KICK #Finnish Matthew :Speaking English",
    "PRIVMSG Angel :yes I'm receiving it !",
    "PRIVMSG kalt%millennium.stealth.net@irc.stealth.net :Are you a frog?",
    "PRIVMSG #a :\x01ACTION waves\x01",
    "PING irc.funet.fi",
    "PONG csd.bu.edu tolsun.oulu.fi",
    "ERROR :Server *.fi already exists",
    "AWAY",
    "AWAY :Gone to lunch.",
    ":irc.example 001 Wiz :Welcome",
    ":irc.example 005 Wiz CHANTYPES=# NETWORK=x :are supported by this server",
    ":irc.example 332 Wiz #foo :What it is about",
    ":irc.example 353 Wiz = #foo :@Wiz +Angel",
    ":irc.example 433 * Wiz :Nickname is already in use",
    "MODE" + " x" * 14 + " :the fifteenth",
]


@pytest.mark.parametrize("line", LINES)
def test_lines_are_written_as_they_were_read(line: str, codec: Codec) -> None:
    octets = line.encode() + b"\r\n"
    assert codec.encode(MESSAGE, codec.decode(MESSAGE, octets).native) == octets


def test_parts_of_a_line_have_their_names(codec: Codec) -> None:
    found = codec.decode(MESSAGE, b":Wiz!jto@tolsun.oulu.fi privmsg #a,b :Hello: you\r\n").plain
    assert found["prefix"] == {"name": "Wiz", "user": "jto", "host": "tolsun.oulu.fi"}
    assert found["command"] == "privmsg"
    assert found["parameters"]["targets"] == "#a,b"
    assert found["parameters"]["text"]["text"] == "Hello: you"


REFUSED = {
    b"": "bad_characters",
    b"\r\n": "bad_characters",
    b"JOIN foo\r\n": "bad_channel",
    b"JOIN #" + b"a" * 50 + b"\r\n": "bad_channel",
    b"NICK 1st\r\n": "bad_nickname",
    b":a!b NICK c\r\n": "bad_prefix",
    b"001 Wiz :Welcome\r\n": "no_sender",
    b"PRIVMSG #a b c\r\n": "trailing_data",
    b"PRIVMSG #a :b\r\nQUIT\r\n": "trailing_data",
    b"PRIVMSG #a :b\rc\r\n": "trailing_data",
    b"PRIVMSG #a :b\x00c\r\n": "trailing_data",
    b"PRIVMSG #a :" + b"x" * 499 + b"\r\n": "too_large",
    b"MODE" + b" x" * 200 + b"\r\n": "too_deep",
}


@pytest.mark.parametrize("octets", REFUSED)
def test_what_is_no_line_is_refused(octets: bytes, codec: Codec) -> None:
    with pytest.raises(Refused) as found:
        codec.decode(MESSAGE, octets)
    assert found.value.code == REFUSED[octets]


def test_a_line_of_512_octets_is_the_longest(codec: Codec) -> None:
    octets = b"PRIVMSG #a :" + b"x" * 498 + b"\r\n"
    assert len(octets) == 512
    assert codec.encode(MESSAGE, codec.decode(MESSAGE, octets).native) == octets
