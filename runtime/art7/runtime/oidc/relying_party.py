"""The code flow with proof of the request (OpenID Connect Core §3.1, RFC 7636, RFC 9207)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from art7.interpreter.decode import decode_with
from art7.interpreter.errors import CodecError
from art7.runtime.catalogue import catalogue_interpreter
from art7.runtime.jose.keys import JoseRefused, Value, call, text_of
from art7.runtime.jose.keys import read as read_jose
from art7.runtime.jose.signed import verify_compact

CODES = {
    "wrong_state": "an answer to another request",
    "wrong_issuer": "an answer, document or token of another provider",
    "provider_error": "the provider has refused",
    "no_code": "an answer without a code, or with two",
    "no_token": "an answer without an identity token",
    "no_place": "a provider that does not say where to ask",
    "refused_algorithm": "a token that is not signed with a key of the provider's",
}
"""Code → meaning; tokens and documents are refused with the codes of the catalogue and of `art7.runtime.jose` too."""


class IdentityRefused(JoseRefused):
    """A step is refused: the code, what was expected and found."""

    def __init__(self, code: str, expected: str = "", found: str = "") -> None:
        super().__init__(code, expected, found)
        self.args = (": ".join(part for part in (code, CODES.get(code, ""), found) if part),)


@dataclass(frozen=True, slots=True)
class Client:
    """What the provider knows this party by."""

    client_id: str
    redirect_uri: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """One request that was sent: what its answer must fit."""

    state: str
    nonce: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who has signed in. `claims`: those of the identity token."""

    claims: Mapping[str, Any]
    access_token: str = field(repr=False)
    answer: Mapping[str, Any] = field(repr=False)


class RelyingParty:
    """The steps of a sign-in with one provider. Every method raises `IdentityRefused` or `JoseRefused`."""

    def __init__(self, issuer: str, client: Client, random: Callable[[int], bytes]) -> None:
        self.issuer = issuer
        self.client = client
        self._random = random
        self.metadata: Mapping[str, Any] = {}

    @property
    def discovery_url(self) -> str:
        """Where the provider describes itself (Discovery §4)."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    def learn(self, document: bytes) -> None:
        """Take the provider's description of itself."""
        self.metadata = read("ProviderMetadata", document, asked=self.issuer)

    def place(self, name: str) -> str:
        """Return an address of the provider's, such as `token_endpoint`."""
        found = self.metadata.get(name)
        if not found:
            raise IdentityRefused("no_place", f"`{name}`", "none")
        return str(found)

    def begin(self, scope: str, more: Mapping[str, str] | None = None) -> tuple[str, Pending]:
        """Return where to send the user, and what to keep until the answer."""
        state, nonce, verifier = (text_of(self._random(32)) for _ in range(3))
        challenge = text_of(call("hash", "sha256", verifier.encode("ascii")))
        members = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **(more or {}),
        }
        return f"{self.place('authorization_endpoint')}?{urlencode(members)}", Pending(state, nonce, verifier)

    def code_of(self, url: str, pending: Pending) -> str:
        """Return the code of the address that the user came back to (RFC 6749 §4.1.2, RFC 9207 §2.4)."""
        rows = parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=64)
        found = dict(rows)
        if len(rows) != len(found):
            raise IdentityRefused("no_code", "each parameter once", "one twice")
        if not compare_digest(found.get("state", "").encode(), pending.state.encode()):
            raise IdentityRefused("wrong_state", "the state of the request", "another")
        must_name = self.metadata.get("authorization_response_iss_parameter_supported")
        if found.get("iss", None if must_name else self.issuer) != self.issuer:
            raise IdentityRefused("wrong_issuer", self.issuer[:80], "another")
        if "error" in found:
            raise IdentityRefused("provider_error", "a code", found["error"][:80])
        if not found.get("code"):
            raise IdentityRefused("no_code", "a code", "none")
        return found["code"]

    def token_request(self, code: str, pending: Pending) -> bytes:
        """Return the form that asks for tokens (Core §3.1.3.1); a secret goes into it."""
        members = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "client_id": self.client.client_id,
            "code_verifier": pending.verifier,
        }
        if self.client.secret is not None:
            members["client_secret"] = self.client.secret
        return urlencode(members).encode("ascii")

    def accept(self, answer: bytes, pending: Pending, keys: Sequence[Value], code: str, now: int) -> Signed:
        """Return who has signed in, once the identity token is the provider's, this client's and this request's."""
        found = read("TokenResponse", answer)
        token = found["id_token"]
        if token is None:
            raise IdentityRefused("no_token", "an identity token", "none")
        public = [key for key in keys if key["kty"] != "oct"]
        verify_compact(token, public)
        params = {"issuer": self.issuer, "client": self.client.client_id, "now": now}
        hashed = {"access_token": found["access_token"], "code": code}
        value = read("IdTokenText", token.encode("ascii"), request_nonce=pending.nonce, **params, **hashed)
        return Signed(value["claims"], found["access_token"], found)

    def user_info(self, answer: bytes, signed: Signed) -> Mapping[str, Any]:
        """Return claims about the user, who must be the one of the token (Core §5.3.2)."""
        return read("UserInfo", answer, expected=signed.claims["sub"])


def read(name: str, octets: bytes, **params: Any) -> Mapping[str, Any]:
    """Return a structure of `openid.oidc`. Raises: `IdentityRefused` with the codec's code."""
    interpreter = catalogue_interpreter("openid.oidc", "ietf.jose")
    try:
        value: Mapping[str, Any] = decode_with(interpreter, f"openid.oidc.{name}", octets, params).value
    except CodecError as error:
        raise IdentityRefused(error.code, f"a {name}", error.path) from None
    return value


def keys_of(document: bytes) -> list[Value]:
    """Return the keys of a provider's set. Raises: `JoseRefused`."""
    return list(read_jose("JwkSet", document)["keys"])
