"""Ground floor: what every part of Trifocal says and how it says it. Depends on nothing; runs on MicroPython too."""
