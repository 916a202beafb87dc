"""Windows of the firmware: one file for each thing it touches."""
