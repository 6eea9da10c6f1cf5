"""The files of a new offer, from the answers alone: manifest, one module, the headings of its documents."""

from __future__ import annotations

import json
from collections.abc import Mapping

from art7.validator.authoring.questions import points_of
from art7.validator.law import load_law
from art7.validator.offer import MANIFEST

Answers = Mapping[str, str]

_TERMS = (
    "term",
    "suspension",
    "termination",
    "dispute",
    "liability",
    "audit",
    "confidentiality",
    "cybersecurity",
)
_PRIVACY = ("roles", "legal_basis", "transfers", "confidentiality")


def skeleton(answers: Answers) -> dict[str, bytes]:
    """Return the files of the offer: path → content."""
    return {
        MANIFEST: _manifest(answers).encode(),
        f"modules/{answers['module']}.a7": _module(answers).encode(),
        "docs/terms.md": _headings("Terms", _TERMS).encode(),
        "docs/privacy.md": _headings("Privacy", _PRIVACY).encode(),
        "docs/changes.md": f"# Changes\n\n## {answers['version']} {{#first}}\n\nFirst edition.\n".encode(),
    }


def _manifest(answers: Answers) -> str:
    offered = (_function(point, answers["module"]) for point in points_of(answers["functions"]))
    return "\n".join([_head(answers), _parties(answers), *offered, _rest(answers)])


def _head(answers: Answers) -> str:
    return f"""\
# A reference offer under Article 7 of Regulation (EU) 2022/1925. `art7 validate` tells what is missing,
# `art7 explain FIELD` what each statement is about.
format = 1

[offer]
id = {_quoted(answers["id"])}
version = {_quoted(answers["version"])}
published = {answers["published"]}
languages = ["en"]
public_location = {_quoted(answers["location"])}

[gatekeeper]
name = {_quoted(answers["gatekeeper"])}
service = {_quoted(answers["service"])}
decision = {{ reference = {_quoted(answers["decision"])}, date = {answers["designated"]} }}

[support]
contact = {_quoted(answers["contact"])}
"""


def _parties(answers: Answers) -> str:
    module = answers["module"]
    return f"""\
[[party]]
id = "partner_device"
kind = "end"
operator = "user"
plays = ["{module}.Delivery.sender", "{module}.Delivery.recipient"]

[[party]]
id = "gatekeeper_server"
kind = "server"
operator = "gatekeeper"
plays = ["{module}.Delivery.server"]
"""


def _function(point: str, module: str) -> str:
    """Return one function, carried by the module; what else it needs is not made up."""
    return f"""\
[[function]] # {load_law().functions[point].title}
point = {_quoted(point)}
own = true
interoperable = true
identity = "{module}.FindAccount"

[function.provides]
messages = ["{module}.Envelope", "{module}.Receipt"]
protocol = "{module}.Delivery"
scenarios = ["{module}.Delivery.one_message"]
"""


def _rest(answers: Answers) -> str:
    terms = "\n".join(f'{name} = "docs/terms.md#{name}"' for name in _TERMS)
    privacy = "\n".join(f'{name} = "docs/privacy.md#{name}"' for name in _PRIVACY)
    return f"""\
[terms]
{terms}

[privacy]
{privacy}

[[identifier]]
identity = "{answers["module"]}.Handle"
namespace = "handle"
shared = false
resolution = "{answers["module"]}.FindAccount"

[[change_log]]
version = {_quoted(answers["version"])}
published = {answers["published"]}
effective = {answers["published"]}
breaking = false
text = "docs/changes.md#first"
"""


def _module(answers: Answers) -> str:
    """Return a module that loads and whose scenario comes true: a message, its receipt, who sends what to whom."""
    encoding = answers["encoding"]
    octets = "base64url" if encoding == "json" else "bytes"
    numbers = {f"n{each}": f" @{each}" if encoding == "protobuf" else "" for each in (1, 2, 3)}
    return _MODULE.format(name=answers["module"], kind=f"as {encoding}", octets=octets, **numbers)


_MODULE = """\
a7 1
module {name} version 1.0 "What is sent between the gatekeeper's service and another one."

errors {{ not_found = 100 "No such account." }}

identity Handle "A name and the service that gave it." {{
    pattern ('a'..'z'){{1,32}} '@' ('a'..'z' | '.'){{1,64}}
    canonical value
    property scope = 'service'
}}

struct Account {kind} "What a service says about a user." {{
    handle{n1}: text[..97] data(personal: true, purpose: 'routing', retention: 30d)
    key{n2}: {octets}[32] data(personal: false)
}}

resolve FindAccount(handle: text, own: text) -> Account "One handle, one account." {{
    route local when handle == own => directory(handle)
    otherwise not_found
    must ACC-01: result.handle == handle else not_found
}}

message Frame {kind} "What carries every other message, and says which it is." {{
    limit size = 200000
    kind{n1}: text[..16] data(personal: false)
    body{n2}: {octets}[..150000] data(personal: false)
}}
bind Frame.body to Envelope when kind == 'envelope'
bind Frame.body to Receipt when kind == 'receipt'

message Envelope {kind} "A message for one user, readable by its ends alone." {{
    limit size = 100000
    id{n1}: text[..64] data(personal: false)
    recipient{n2}: text[..97] data(personal: true, purpose: 'routing', retention: 30d)
    ciphertext{n3}: {octets}[..65000] data(personal: false)
}}

message Receipt {kind} "The message has arrived." {{
    limit size = 1000
    id{n1}: text[..64] data(personal: false)
}}

protocol Delivery "One message and its receipt, through the gatekeeper's server." {{
    roles sender, server, recipient
    channel sender <-> server ordered bound 4 carries Envelope, Receipt
    channel server <-> recipient ordered bound 4 carries Envelope, Receipt

    role sender {{
        start state Idle {{
            on local write(id: text, body: bytes) => Waiting {{
                send Envelope(id: id, recipient: 'bob@two.example', ciphertext: body) to server
            }}
        }}
        hot state Waiting {{ on Receipt from server as r => Done }}
        final state Done {{ }}
    }}

    role server {{
        start state Ready {{
            on Envelope from sender as e => Forwarded {{
                send Envelope(id: e.id, recipient: e.recipient, ciphertext: e.ciphertext) to recipient
            }}
        }}
        state Forwarded {{ on Receipt from recipient as r => Done {{ send Receipt(id: r.id) to sender }} }}
        final state Done {{ }}
    }}

    role recipient {{
        start state Ready {{ on Envelope from server as e => Done {{ send Receipt(id: e.id) to server }} }}
        final state Done {{ }}
    }}

    scenario one_message "A message arrives, and its receipt comes back." {{
        sender local write(id: 'm1', body: x'01')
        sender -> server: Envelope
        server -> recipient: Envelope
        recipient -> server: Receipt
        server -> sender: Receipt
    }}
}}
"""


def _headings(title: str, names: tuple[str, ...]) -> str:
    parts = [f"# {title}", ""]
    for name in names:
        parts += [f"## {name.replace('_', ' ').capitalize()} {{#{name}}}", "", "To be written.", ""]
    return "\n".join(parts)


def _quoted(text: str) -> str:
    """Return a TOML basic string."""
    return json.dumps(text, ensure_ascii=True)
