"""A builtin refusal carries the sentence that its module puts behind it, in both executions."""

from __future__ import annotations

import pytest

from executions import Codec, Refused


def test_a_long_length_is_refused_by_the_rule_of_the_standard(codec: Codec) -> None:
    with pytest.raises(Refused) as refusal:
        codec.decode("ietf.mls.MlsMessage", bytes.fromhex("00010002400161"))
    error = refusal.value
    assert (error.code, error.requirement, error.offset) == ("non_minimal", "MLS-2.1.2-01", 4)
