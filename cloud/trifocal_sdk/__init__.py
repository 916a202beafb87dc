"""The Python SDK for apps on camera glasses."""
