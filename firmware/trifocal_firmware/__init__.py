"""The glasses: machines that decide, and boards that touch the world. Runs on MicroPython and CPython."""
