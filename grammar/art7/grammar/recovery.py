def recover(m, i):
    print("ERR", i, m.terminals.texts[i], m.terminals.span(i, i))
    return -1
