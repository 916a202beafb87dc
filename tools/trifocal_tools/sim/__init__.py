"""Simulated glasses: the real firmware, with a world around it that a person or a test can change."""

from trifocal_tools.sim.run import SimSettings, run

__all__ = ["SimSettings", "run"]
