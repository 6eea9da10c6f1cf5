"""An offer made public and signed: the bundle with its file list, the pages of one edition, and the editions side by side.

    editions   what a publication holds, read back and continued
    content    what the pages of an edition show, out of the offer
    pages      that content as HTML that works from a disk: no request, nothing from a stranger unescaped
    signing    a bundle signed and verified; `envelope` is DSSE, `statement` in-toto, `keys` and `points` screen keys
    codes      why any of it is refused

What other rooms make of the specification (SDK, vectors, pages of modules, ladders, changes) is handed in.
"""
