"""`trifocal queue`: the gateway's upload queue, to look after by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trifocal_tools.commands import options

if TYPE_CHECKING:
    from trifocal_gateway.io.queue_care import QueueCare
    from trifocal_gateway.queue_entry import Entry

Ids = Annotated[list[str] | None, typer.Argument(metavar="REQUEST_ID", help="Which.", show_default=False)]
Dead = Annotated[bool, typer.Option("--dead", help="All that are dead.")]

group = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown")


@group.callback()
def command() -> None:
    """Show what waits at the gateway for the cloud, and decide about what the cloud refused.

    Examples:

    - `trifocal queue list --dead`

    - `trifocal queue retry local_17`: the gateway must not run meanwhile

    - `trifocal queue export --dead --to rescued` then `trifocal queue drop --dead`
    """


@group.command(name="list")
def list_(dead: Dead = False, as_json: options.Json = False, data_dir: options.DataDir = None) -> None:
    """Show what is queued, oldest first. The gateway may run meanwhile.

    Example: `trifocal queue list`
    """
    from trifocal_gateway.io.queue_care import looked_at
    from trifocal_gateway.queue_entry import DEAD, summary
    from trifocal_tools import output

    with _understood():
        entries = looked_at(_folder(data_dir))
    shown = [entry for entry in entries if not dead or entry.state == DEAD]
    if as_json:
        output.print_json({"summary": summary(entries), "entries": [_said(entry) for entry in shown]})
        return
    for entry in shown:
        photo = entry.photo
        why = f"  {entry.reason}, tried {entry.attempts} times" if entry.reason else ""
        output.print_line(f"{photo.request_id}  {photo.media_type}  {photo.size} bytes  {entry.state}{why}")
    output.print_line(f"{len(entries)} queued, {sum(entry.state == DEAD for entry in entries)} of them dead")


@group.command()
def retry(
    request_ids: Ids = None, dead: Dead = False, as_json: options.Json = False, data_dir: options.DataDir = None
) -> None:
    """Try these again, as if they had never failed.

    Example: `trifocal queue retry --dead`
    """
    with _care(data_dir) as care:
        found = care.retry(_chosen(care, request_ids, dead))
    _tell(as_json, "retried", [entry.photo.request_id for entry in found])


@group.command()
def drop(
    request_ids: Ids = None, dead: Dead = False, as_json: options.Json = False, data_dir: options.DataDir = None
) -> None:
    """Forget these and delete their pictures, which nobody else may have. `export` them first.

    Example: `trifocal queue drop local_17`
    """
    with _care(data_dir) as care:
        found = _chosen(care, request_ids, dead)
        care.drop(found)
    _tell(as_json, "dropped", [entry.photo.request_id for entry in found])


@group.command()
def export(
    request_ids: Ids = None,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the copies go.")] = Path("rescued"),
    dead: Dead = False,
    as_json: options.Json = False,
    data_dir: options.DataDir = None,
) -> None:
    """Copy the pictures of these into a folder; the queue stays as it is.

    Example: `trifocal queue export --dead --to rescued`
    """
    with _care(data_dir) as care:
        found = [str(path) for path in care.export(_chosen(care, request_ids, dead), to)]
    _tell(as_json, "exported", found)


def _folder(data_dir: Path | None) -> Path:
    from trifocal_tools import settings

    return settings.load(data_dir=data_dir).data_dir / "gateway"


@contextmanager
def _care(data_dir: Path | None) -> Iterator["QueueCare"]:
    from trifocal_gateway.io.queue_care import QUEUE, QueueCare
    from trifocal_tools import failure
    from trifocal_tools.failure import Failure

    folder = _folder(data_dir)
    if not (folder / QUEUE).exists():
        raise Failure(f"no gateway has kept anything in {folder}", failure.MISSING, "no_queue", "see --data-dir")
    with _understood():
        care = QueueCare(folder)
        try:
            yield care
        finally:
            care.close()


@contextmanager
def _understood() -> Iterator[None]:
    """Errors of the gateway's storage as the ends of commands."""
    from trifocal_gateway.errors import StorageError, StorageLocked
    from trifocal_tools import failure
    from trifocal_tools.failure import Failure

    try:
        yield
    except StorageLocked as error:
        hint = "stop it first; `trifocal queue list` works beside it"
        raise Failure("the gateway runs and owns its queue", failure.MISSING, "gateway_runs", hint) from error
    except StorageError as error:
        raise Failure(str(error), failure.FAILED, "storage") from error


def _chosen(care: "QueueCare", request_ids: list[str] | None, dead: bool) -> list["Entry"]:
    from trifocal_tools import failure
    from trifocal_tools.failure import Failure

    if not (request_ids or dead):
        raise typer.BadParameter("say which: request ids, or --dead")
    try:
        return care.chosen(request_ids or (), dead)
    except KeyError as error:
        raise Failure(f"{error.args[0]} is not in the queue", failure.FAILED, "not_found") from error


def _said(entry: "Entry") -> dict[str, Any]:
    photo = entry.photo
    return {
        "requestId": photo.request_id,
        "mediaType": photo.media_type,
        "bytes": photo.size,
        "sha256": photo.sha256,
        "timestamp": photo.timestamp,
        "state": entry.state,
        "attempts": entry.attempts,
        "reason": entry.reason,
    }


def _tell(as_json: bool, what: str, names: list[str]) -> None:
    from trifocal_tools import output

    if as_json:
        output.print_json({what: names})
        return
    for name in names:
        output.print_line(name)
    output.print_line(f"{len(names)} {what}")
