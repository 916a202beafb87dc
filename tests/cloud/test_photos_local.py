"""Photos that nobody asked for, at the photo desk: they wait for ever, and end the request of their press."""

from trifocal_cloud.photos import CAPTURED, LOCAL_LIMIT, Finished, PhotoDesk, Stepped, Ticket, Word
from trifocal_shared.messages import PhotoStatus

ANN = "ann@example.com"
BOB = "bob@example.com"
TICKET = Ticket(ANN, "r1", "boot-1")


def says(status: str, request_id: str = "r1", **more: str) -> PhotoStatus:
    return PhotoStatus(request_id=request_id, status=status, **more)


def asked() -> PhotoDesk:
    desk = PhotoDesk()
    desk.presence(ANN, True, True, 0)
    desk.requested(TICKET, 0)
    desk.events()
    return desk


def finals(desk: PhotoDesk) -> list[tuple[str, str, str]]:
    return [(e.ticket.request_id, e.status, e.reason) for e in desk.events() if isinstance(e, Finished)]


def test_a_local_photo_waits_for_ever_and_ends_when_stored() -> None:
    desk = PhotoDesk()
    local = Ticket(ANN, "local_1")
    desk.adopted(local, 0)
    assert desk.deadline() is None
    desk.stored(local, 10**9)
    assert finals(desk) == [("local_1", "stored", "")]


def test_a_local_photo_can_fail() -> None:
    desk = PhotoDesk()
    desk.adopted(Ticket(ANN, "local_1"), 0)
    desk.reported(ANN, says("failed", "local_1", error_code="unsupported"), 1)
    assert finals(desk) == [("local_1", "failed", "unsupported")]


def test_adopting_twice_changes_nothing() -> None:
    desk = PhotoDesk()
    desk.adopted(Ticket(ANN, "local_1"), 0)
    desk.reported(ANN, says("captured", "local_1"), 1)
    desk.adopted(Ticket(ANN, "local_1"), 2)
    desk.reported(ANN, says("accepted", "local_1"), 3)
    assert desk.events()[-1] == Stepped(Ticket(ANN, "local_1"), Word("glasses"), "accepted", CAPTURED)


def test_a_local_photo_of_the_same_press_ends_the_request() -> None:
    desk = asked()
    desk.adopted(Ticket(ANN, "local_1", "boot-1"), 1)
    assert finals(desk) == [("r1", "failed", "captured_locally")]


def test_a_local_photo_of_another_press_or_user_ends_nothing() -> None:
    desk = asked()
    desk.adopted(Ticket(ANN, "local_1", "boot-2"), 1)
    desk.adopted(Ticket(BOB, "local_1", "boot-1"), 1)
    desk.adopted(Ticket(ANN, "local_2", ""), 1)
    assert finals(desk) == []


def test_an_upload_of_a_local_photo_ends_the_request_of_its_press_too() -> None:
    desk = asked()
    desk.stored(Ticket(ANN, "local_1", "boot-1"), 1)
    assert finals(desk) == [("r1", "failed", "captured_locally")]


def test_a_press_learnt_later_ends_the_request_of_that_press() -> None:
    desk = asked()
    desk.adopted(Ticket(ANN, "local_1"), 1)
    desk.reported(ANN, says("captured", "local_1", press_id="boot-1"), 2)
    assert finals(desk) == [("r1", "failed", "captured_locally")]
    desk.stored(Ticket(ANN, "local_1", "boot-1"), 3)
    assert finals(desk) == [("local_1", "stored", "")]


def test_only_so_many_local_photos_are_watched() -> None:
    desk = PhotoDesk()
    for number in range(LOCAL_LIMIT + 1):
        desk.adopted(Ticket(ANN, f"local_{number}"), 0)
    desk.restored(Ticket(ANN, "local_before"), CAPTURED, 0)
    assert not desk.watches(ANN, "local_0")
    assert not desk.watches(ANN, "local_1")
    assert desk.watches(ANN, "local_2")
    assert desk.watches(ANN, f"local_{LOCAL_LIMIT}")


def test_open_requests_are_counted_without_local_photos() -> None:
    desk = asked()
    desk.adopted(Ticket(ANN, "local_1"), 0)
    assert (desk.open_requests(ANN), desk.open_requests(BOB)) == (1, 0)
