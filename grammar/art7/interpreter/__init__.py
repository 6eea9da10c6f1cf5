"""The IR executed: decode, encode, partial tree, annotated dump, schedules. The oracle of the other executions.

`decode.decode` and `encode.encode` take a specification; `prepare.Interpreter` keeps its records ready for callers
that read many messages. `plan` says what each step means and refuses; where it is silent this execution does the following.

Reading
- An extent is found first (`truncated`, also when a length header says more than is left), then its bounds are tested
  (`too_short`, `too_long`), then its text (`bad_text`).
- The first octet of a slot is that of its step, length header included; of a field of bits the octet its first bit lies in,
  and `bit` counts from that octet's most significant.
- `limit size` bounds the root message alone. `limit depth` counts entries into records that can contain themselves (64
  without a limit, never more than 96) and, on a JSON text, levels of brackets (128 without a limit).
- A JSON text is scanned whole before its fields are read; the scanner's refusals have the path of the record that is the text.
- `numbers: 'integer53'` holds for undescribed trees too: a fraction there is `wrong_kind`, a larger integer `out_of_range`.
- `missing_field` of a protobuf message lies at the message's first octet; faults of a tag have the path of the record.
- A member that may be absent and may be null is left out of the value when absent, and `None` when null.
- `lenient` members read as `None` when they equal their computed value.

Writing
- What is given is held to its shape first (`wrong_kind`, `out_of_range`, `unknown_field` for undeclared members).
- A lenient member is written as given, else computed; a MAC is recomputed when its keys are there, else written as given.
- A size, count or condition that does not speak of the cursor must agree with what was written: `too_short`, `too_long`,
  `too_few`, `too_many`; a member without its condition is `unknown_field`, a condition without its member `missing_field`.
- Members that only other arms of a `select` have are `unknown_field`.

Expressions: see `expressions` for absent values; shifts move at most 1,024 bits, joins give at most 2^24 octets.
"""
