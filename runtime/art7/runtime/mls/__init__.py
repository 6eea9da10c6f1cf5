"""Messaging Layer Security (RFC 9420): the group operations that no small language should express.

Structures are those of the catalogue (`ietf.mls`), read and written by the interpreter; derivations are its schedules
(`ietf.mls_keys`). Nothing here has a wire format or a label of its own. Time and randomness are handed in.

    tree_math      node numbers (appendix C)         framing        signed and sealed messages (§6)
    tree           the ratchet tree (§4, §7.7)       secret_tree    message keys (§9)
    tree_hash      tree and parent hashes (§7.8)     transcript     transcript hashes (§8.2)
    tree_kem       paths of commits (§7.4 – §7.6)    epoch          secrets of an epoch (§8)
    leaves         leaves and key packages (§7.3)    proposals      lists of proposals (§12.2, §12.3)
    group          a member's view of an epoch       commits        followed and made (§12.4)
    joining        creating, and by a Welcome (§11)  external       from outside (§12.4.3.2)
    resuming       new groups from old ones (§11.2)  refusals       the code of every fault
"""
