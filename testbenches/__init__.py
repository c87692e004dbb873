"""Questions asked of circuits: one module each, with an instance named TESTBENCH."""
