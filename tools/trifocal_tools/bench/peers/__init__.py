"""The relays that ours is measured beside: each hands what a gateway says to the apps of its user that listen.

They speak one small dialect of our own doors, so that one load generator serves all: the bearer token of `/glasses-ws`
is the user's name and so is the `sessionId` with which an app begins on `/app-ws`; `tpa_connection_init`,
`subscription_update` and `stream_status_check` are answered as the cloud does. Nobody is authenticated. Node's and the
bare one limit, keep and show nothing, so what ours does besides is not in their figures; FastAPI's takes the same steps
as ours with each press. A relay says `{"port": N}` on its first line.
"""
