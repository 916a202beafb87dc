"""A bad network on one machine: two network namespaces, and between them a line that can be made slow, lossy or dead.

`pipe` is the line's one direction and touches nothing; `namespace` and `emulator` need Linux, root and /dev/net/tun.
"""
