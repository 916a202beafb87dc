"""Instants as playlists write them, from ms since 1970: no clock and no calendar of the machine's are asked."""

DAY_MS = 86_400_000


def instant(epoch_ms: int) -> str:
    """Like `2026-02-02T02:40:00.000Z`."""
    days, ms = divmod(epoch_ms, DAY_MS)
    # The calendar repeats every 146,097 days; a year that begins in March has its odd day at the end.
    days += 719_468
    era, day = divmod(days, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    month = month + 3 if month < 10 else month - 9
    year += era * 400 + (month <= 2)
    seconds, ms = divmod(ms, 1000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{ms:03}"
    return f"{year:04}-{month:02}-{day + 1:02}T{clock}Z"
