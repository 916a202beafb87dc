"""One small file for each board: its pins, camera, light, battery and flash."""
