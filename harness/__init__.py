"""Simulation harness: answers the questions of testbenches with ngspice, as figures, a scoreboard and goldens."""

__version__ = "0.1.0"
