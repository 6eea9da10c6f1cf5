"""Messaging Layer Security (RFC 9420): the group operations that no small language should express.

Structures are those of the catalogue (`ietf.mls`), derivations its schedules (`ietf.mls_keys`): executed by the interpreter,
or by a generated SDK that is handed in. Nothing here has a wire format or a label of its own. Time and randomness are
handed in, too.

    tree_math    node numbers (appendix C)         framing      signed and sealed messages (§6)
    tree         the ratchet tree (§4, §7.7)       secret_tree  message keys (§9)
    tree_hash    tree and parent hashes (§7.8)     transcript   transcript hashes (§8.2)
    tree_kem     paths of commits (§7.4 – §7.6)    epoch        secrets of an epoch (§8)
    census       what is asked of all nodes        proposals    lists of proposals (§12.2, §12.3)
    leaves       leaves and key packages (§7.3)    commits      followed and made (§12.4)
    credentials  whom a leaf speaks for (§5.3)     external     from outside (§12.4.3.2)
    group        a member's view of an epoch       resuming     new groups from old ones (§11.2)
    joining      creating, and by a Welcome (§11)  refusals     the code of every fault
    structures   values, and who reads them        generated    the same by a generated SDK
    kept         a member that outlives a process  traced       derivations for `art7 diff`
"""
