"""Measurements of ours beside a named peer, interleaved in one run."""
