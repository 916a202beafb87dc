"""Putting the firmware on a board: what belongs there, what is there, what is to be done, and doing it."""
