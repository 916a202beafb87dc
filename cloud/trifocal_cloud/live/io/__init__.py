"""Sockets and files of live video."""
