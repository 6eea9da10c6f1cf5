"""The execution that a test of public cases runs on."""

from __future__ import annotations

import glob, pathlib
import pytest
from executions import Codec, InterpreterCodec
from art7.grammar.diagnostics import Report
from art7.grammar.parse import parse
from art7.grammar.lower import lower
from art7.grammar.passes.scopes import ModuleScope
from art7.grammar.ir.module import Specification

@pytest.fixture(scope="session")
def codec():
    mods={}
    for f in sorted(glob.glob('spec/art7/spec/catalogue/*/*.a7')):
        r=Report(); tree=parse(pathlib.Path(f).read_text(),f,r)
        sc=ModuleScope(tree.name.text,f); sc.encoding=tree.encoding; m=lower(tree, sc, r); mods[m.name]=m
    return InterpreterCodec(Specification(mods))
