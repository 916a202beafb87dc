"""Roof: command line, simulated glasses, checks and benchmarks. May see every floor."""
