"""The codes of the test peer: why it refuses a request, beside what the specification refuses."""

from __future__ import annotations

from art7.grammar.codes import Code

CODES: dict[str, Code] = {
    "A7-R090": Code(
        "a request without a known account",
        "Every request names its account by the token that the test peer gave it: `Authorization: Bearer …`.",
        "Make an account with `POST /api/accounts` and send its token.",
    ),
    "A7-R091": Code(
        "a request that is not in the form",
        "A request is one JSON object with the members that `site/docs/serve.md` lists; octets are lower-case hexadecimal.",
        "Compare the request with the page of the test peer.",
    ),
    "A7-R092": Code(
        "no such session, protocol, role or channel",
        "A session belongs to one account, plays a protocol of the offer, and its channels join the roles that the text names.",
        "`GET /api/offer` lists protocols, roles and channels.",
    ),
    "A7-R093": Code(
        "a quota is used up",
        "Accounts, sessions, messages, octets and requests a minute are bounded, so that one stranger does not stop the others.",
        "Wait, close sessions that are not needed, or run a test peer of your own.",
    ),
    "A7-R094": Code(
        "a client that does not read",
        "What is not read within the deadline is not kept in memory: the connection is closed, and nothing that was sent is lost.",
        "Connect again and ask for the messages after the last one that arrived.",
    ),
    "A7-R095": Code(
        "a store that cannot write",
        "What comes in is on disk before it is acknowledged; what cannot be written is not done either.",
        "Make room on the disk of the test peer, or give it another `--store`; then send the message again.",
    ),
}
