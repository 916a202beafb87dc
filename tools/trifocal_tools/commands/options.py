"""Options that several commands share, spelt once."""

from pathlib import Path
from typing import Annotated

import typer

PANEL_CLOUD = "Which cloud"

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder with everything that is kept. [default: ./.trifocal]", show_default=False),
]
Cloud = Annotated[
    str | None,
    typer.Option(
        "--cloud",
        metavar="URL",
        help="The cloud to speak to. Environment: TRIFOCAL_CLOUD. [default: the one `trifocal up` started here]",
        show_default=False,
        rich_help_panel=PANEL_CLOUD,
    ),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TOKEN",
        help="Who you are. Environment: TRIFOCAL_TOKEN. [default: the one `trifocal up` left here]",
        show_default=False,
        rich_help_panel=PANEL_CLOUD,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, also when it fails.")]
Python = Annotated[
    str | None,
    typer.Option("--python", metavar="cpython|micropython", help="What runs the firmware.", show_default=False),
]
Camera = Annotated[
    str | None,
    typer.Option(
        "--camera",
        metavar="SRC",
        help="A folder of pictures, a video file, /dev/videoN, or `pattern` (drawn).",
        show_default=False,
    ),
]
Baud = Annotated[
    int | None,
    typer.Option(
        "--baud", metavar="N", min=1, max=99_999_999, help="Speed of the wire. [default: 460800]", show_default=False
    ),
]
User = Annotated[
    str | None, typer.Option("--user", metavar="EMAIL", help="Whose glasses these are.", show_default=False)
]
AsUser = Annotated[
    str | None,
    typer.Option(
        "--user",
        metavar="EMAIL",
        help="For this user, with a token made from the cloud's data folder. [default: whoever the token names]",
        show_default=False,
        rich_help_panel=PANEL_CLOUD,
    ),
]
Package = Annotated[str, typer.Argument(metavar="PACKAGE", help="The app's name, such as `org.example.notes`.")]
PublicUrl = Annotated[
    str | None,
    typer.Option(
        "--public-url",
        metavar="URL",
        help="How the world reaches this cloud, for links and for apps. [default: where it listens]",
        show_default=False,
    ),
]
PrivateApps = Annotated[
    bool | None,
    typer.Option(
        "--allow-private-apps", help="Apps may be served from private networks too, not only from the Internet."
    ),
]
