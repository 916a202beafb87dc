"""Windows of the gateway: one file for each thing it touches."""
