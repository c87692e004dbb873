"""x."""
from collections.abc import Iterable, Sequence
from harness.testbench import *
from testbenches.write_event import *
class Write(WriteTestbench):
    name="write"
    question="?"
    def operations(self, values):
        last=int(values["ROWS"])-1; t=float(values["T_PULSE"])
        return [Operation(0,1,3e-9),Operation(0,1,t),Operation(0,0,t),Operation(last,1,t),Operation(last,0,t)]
    def measure(self, values, w):
        yield Reading("x",1.0)
    def summarize(self, results):
        yield Summary("x",1.0)
TESTBENCH=Write()
