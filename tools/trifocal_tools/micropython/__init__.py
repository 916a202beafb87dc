"""Real MicroPython under Node: fetched, fed with the image that would be flashed, then running tests or firmware."""
