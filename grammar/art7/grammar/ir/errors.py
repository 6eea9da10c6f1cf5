"""The closed list of refusal codes that every codec can give, beside those a module declares in `errors`.

A module may not redeclare them. Numbers 1–99 are reserved for this list, so a numeric error code is
unique within one specification too.
"""

from __future__ import annotations

BUILTIN_ERRORS: dict[str, tuple[int, str]] = {
    "truncated": (1, "the input ends before the field does"),
    "trailing_data": (2, "octets are left after the last field"),
    "non_minimal": (3, "an integer or length is longer than its shortest form"),
    "bad_varint": (4, "a variable-length integer is too long or too large"),
    "negative_size": (5, "a computed size is below zero"),
    "too_short": (6, "fewer octets or characters than the field's minimum"),
    "too_long": (7, "more octets or characters than the field's maximum"),
    "too_few": (8, "fewer items than the list's minimum"),
    "too_many": (9, "more items than the list's maximum"),
    "too_large": (10, "the message exceeds its size limit"),
    "too_deep": (11, "the message exceeds its nesting limit"),
    "unknown_value": (12, "a value that a closed choice does not have"),
    "unknown_field": (13, "a member that the message does not have"),
    "missing_field": (14, "a required member is absent"),
    "duplicate_field": (15, "a member occurs twice"),
    "wrong_kind": (16, "a value of another kind than the field's"),
    "out_of_range": (17, "a number outside the field's range"),
    "bad_text": (18, "octets that are not valid text in the declared coding"),
    "bad_bool": (19, "an octet that is neither 0 nor 1 where a truth value stands"),
    "bad_constant": (20, "octets differ from the constant that must stand here"),
    "bad_value": (21, "a computed field does not have its computed value"),
    "bad_tag": (22, "a field number or tag that cannot occur"),
    "bad_json": (23, "the text is not one JSON value"),
    "uneven": (24, "a vector's length is not a multiple of its item's size"),
    "division_by_zero": (25, "an expression divides by zero"),
    "rule_broken": (26, "a rule without an error name of its own does not hold"),
    "bad_key": (27, "a key, nonce or seed that its algorithm does not take"),
    "not_authentic": (28, "sealed octets that their key did not make"),
    "wrong_tag": (29, "a value under another tag than the field's, or under none"),
    "not_canonical": (30, "a value in another form than the one that its message demands"),
    "bad_cbor": (31, "the octets are not one CBOR value"),
    "not_der": (32, "a form that BER allows and DER does not"),
    "bad_der": (33, "an element whose content its type does not have"),
    "bad_characters": (34, "characters that are not of the token that must stand here"),
    "bad_decimal": (35, "no decimal number in its shortest form where one must stand"),
    "bad_quoted": (36, "no text between double quotes where one must stand"),
    "bad_coding": (37, "octets that the declared coding does not have"),
    "bad_xml": (38, "the text is not one element of XML without a document type, comments or instructions"),
    "wrong_element": (39, "an element of another name than the message's"),
    "bad_header": (40, "no line of a name, a colon and a value where one must stand"),
    "bad_boundary": (41, "parts without the lines of their boundary around them"),
    "bad_charset": (42, "a charset that is not known"),
    "small_order": (43, "a public key of small order: anyone could know the shared secret"),
    "bad_point": (44, "a public key that is no point of its curve, or not in the form that must stand here"),
    "unsupported": (45, "an algorithm that the cryptographic library here does not have"),
    "internal": (99, "fast and careful decoders disagree: a fault of art7, please report it"),
}
"""Name → (number, meaning)."""
