"""Windows of the cloud: one file for each thing it touches."""
