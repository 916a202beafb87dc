"""Live video: RTMP in, and out again as RTMP, LL-HLS, DASH and a recording, all from the same bytes, never re-encoded.

`rtmp_session` speaks with a publisher or player, `stream` has one publisher and many readers, `packager` makes MP4
fragments of what comes, `viewing` answers those who fetch them; `io/` holds the sockets and files.
"""
