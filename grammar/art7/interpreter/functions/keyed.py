"""Which function of `shared` answers a builtin that needs `cryptography`; data only, nothing heavy is loaded here.

Generated packages are given the same functions as text, so that there is one definition of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True)
class Row:
    """The module below `shared`, the function in it, and the arguments before those of the call."""

    module: str
    function: str
    before: tuple[str, ...] = ()


MODULES = ("macs", "agreement", "signatures", "xeddsa", "sealing", "hpke", "hpke_modes", "lasting")
"""The modules below `shared`; their public names are apart from one another."""

_CURVES = ("p256", "p384", "p521")
_RAW = {"sign": "sign_raw", "verify": "verify_raw"}


def _agreement() -> dict[str, Row]:
    verbs = ("", "_public", "_multiply", "_divide", "_response")
    rows = {f"modp_1536{verb}": Row("agreement", f"modp_1536{verb}") for verb in verbs}
    for name in ("x25519", "x448"):
        rows[name] = Row("agreement", "montgomery", (name,))
        rows[f"{name}_public"] = Row("agreement", "montgomery_public", (name,))
    for curve in _CURVES:
        rows[f"ecdh_{curve}"] = Row("agreement", "ecdh", (curve,))
        rows[f"{curve}_public"] = Row("agreement", "curve_public", (curve,))
        rows[f"{curve}_point"] = Row("agreement", "curve_full_point", (curve,))
    return rows


def _signatures() -> dict[str, Row]:
    rows = {
        name: Row("signatures", name)
        for name in ("rsa_public", "rsa_private", "rsa_oaep_encrypt", "rsa_oaep_decrypt")
    }
    names = ("xeddsa_sign", "xeddsa_verify", "dsa_public", "dsa_sign", "dsa_verify")
    rows |= {name: Row("xeddsa", name) for name in names}
    for name, verb in product(("ed25519", "ed448"), ("sign", "verify", "public")):
        rows[f"{name}_{verb}"] = Row("signatures", f"edwards_{verb}", (name,))
    for curve, (verb, raw) in product(_CURVES, _RAW.items()):
        rows[f"ecdsa_{curve}_{verb}"] = Row("signatures", f"ecdsa_{verb}", (curve,))
        rows[f"ecdsa_{curve}_{raw}"] = Row("signatures", f"ecdsa_{raw}", (curve,))
    for kind, verb in product(("pkcs1", "pss"), ("sign", "verify")):
        rows[f"rsa_{kind}_{verb}"] = Row("signatures", f"rsa_{verb}", (kind,))
    return rows


def _sealing() -> dict[str, Row]:
    names = (
        "aes_ctr aes_cm aes_cbc_encrypt aes_cbc_decrypt cbc_hmac_seal cbc_hmac_open aes_key_wrap "
        "aes_key_unwrap chacha20 pbkdf2 aes_ccm_seal aes_ccm_open"
    )
    rows = {name: Row("sealing", name) for name in names.split()}
    rows["poly1305"] = Row("sealing", "poly1305_tag")
    for verb, function in (("seal", "seal"), ("open", "unseal")):
        rows[f"aead_{verb}"] = Row("sealing", f"{function}_named")
        for name in ("aes_gcm", "chacha20_poly1305"):
            rows[f"{name}_{verb}"] = Row("sealing", function, (name,))
    return rows


def _encapsulation() -> dict[str, Row]:
    names = "public derive_private derive_public encapsulated decapsulated seal open exported"
    rows = {f"hpke_{name}": Row("hpke", f"hpke_{name}") for name in names.split()}
    modes = ("auth_encapsulated", "auth_decapsulated", "context", "exported_from")
    rows |= {f"hpke_{name}": Row("hpke_modes", f"hpke_{name}") for name in modes}
    for name, verb in product(("ml_kem_768", "ml_kem_1024"), ("public", "encapsulate", "decapsulate")):
        rows[f"{name}_{verb}"] = Row("hpke", f"ml_kem_{verb}", (name,))
    return rows


ROWS: dict[str, Row] = {**_agreement(), **_signatures(), **_sealing(), **_encapsulation()}
"""Name in the language → its function."""
