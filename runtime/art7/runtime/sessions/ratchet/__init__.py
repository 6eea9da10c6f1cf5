"""The Double Ratchet: one side of a conversation, its state, and keys of messages that have not come yet."""
