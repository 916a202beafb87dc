"""Windows of the SDK: the app's own server, its sessions and what they do over sockets and HTTP."""
