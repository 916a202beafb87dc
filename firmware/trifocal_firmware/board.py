"""What a board gives to the firmware, with answers for what a simple board lacks.

A port is one class in `boards/`, made by its own `main.py` and handed to `Firmware`. The board calls the
firmware's inputs (`link_opened`, `link_received`, `link_closed`, `mcu_received`, `level_changed`, `changed`) from
`start` on; all of them are plain functions that return at once. Calls from an interrupt must be deferred to the
loop first (`micropython.schedule`, or a flag that a task polls): the machines are not re-entrant.
"""

from trifocal_firmware.glasses import Glasses
from trifocal_shared.clock import Clock

TYPE_CHECKING = False  # type checkers take it for true; there is no `typing` on the device
if TYPE_CHECKING:
    from trifocal_firmware.boards.linux_publisher import Publisher


class Board:
    """The base of every board: identity, and the calls the firmware makes. Override what the hardware has."""

    model = "unknown"
    bare_packs = False
    """Whether `link_pack` takes packs without a frame around them: a notification is one."""
    glasses: "type[Glasses]" = Glasses
    """Which glasses it makes: StreamGlasses where there is a `publisher`."""
    publisher: "Publisher" = None  # type: ignore[assignment]
    """From `start` on, what publishes the camera, while `capture` goes on giving pictures, with plain functions:

    start(number, start)   as a StartRtmpStream says, in the place of what was published; `firmware.published(word,
                           number, what)` is told of it, in the words of `StreamDesk.published`
    stop()                 the sensor keeps its power until `cool`
    ease(pace)             the glasses are warm: publish less, by the pace of `Guard`
    """

    def __init__(self, boot_id: str, device_id: str, flash_folder: str) -> None:
        """`boot_id` is eight hex digits, fresh at each boot; `flash_folder` lies on a file system that can rename."""
        self.clock = Clock()
        self.boot_id = boot_id
        self.device_id = device_id
        self.flash_folder = flash_folder

    def start(self, firmware: object) -> None:
        """The loop runs and `firmware` takes inputs: attach interrupts, start readers."""

    def link_write(self, data: bytes) -> None:
        """Queue bytes to the gateway; they are dropped when there is no link. Must not block."""
        raise NotImplementedError

    def link_pack(self, frame: memoryview) -> bool:
        """Queue a piece of a photo; its bytes change once this has returned. False, and nothing is taken, when the
        queue is full: then call `firmware.link_room` when it no longer is. Must not block.
        """
        self.link_write(bytes(frame))
        return True

    async def warm(self) -> None:
        """Give the sensor power and let it settle; called before each capture. Raises OSError."""

    def cool(self) -> None:
        """Take the power off the sensor."""

    async def capture(self, size: str, compress: str) -> "bytes | bytearray":
        """Take a picture of `small`, `medium`, `large` or `full` size and return its JPEG. Raises OSError.

        `compress` is `medium` or `heavy` for a JPEG of fewer bytes; anything else means the usual quality.
        """
        raise NotImplementedError

    def set_light(self, state: str) -> None:
        """Show the privacy light as `off`, `photo`, `video` or `stream`. Only `Glasses` decides what it shows."""
        raise NotImplementedError

    def seed(self) -> bytes:
        """32 bytes that nobody can guess, fresh at each boot. Without them these glasses belong to nobody, ever."""
        return b""

    def wifi(self) -> "tuple[bool, str, str]":
        """Whether the glasses are on a Wi-Fi network, its name, and their address there. Asked with `changed`."""
        return False, "", ""

    async def control(self, command: str, values: "dict[str, object]") -> object:
        """Do what the hardware has of this; `values` are the command's fields (`control_messages.COMMANDS`).

            set_wifi_credentials, disconnect_wifi, forget_wifi     {} once it is so
            request_wifi_scan                                      [(name, dBm, "open" or what it wants), …]
            set_hotspot_state                                      {"ip": own address}
            rgb_led_control_on and its like                        {}
            reboot, shutdown                                       nothing comes after it

        A word of `reasons` says why not, None that there is no such hardware. Whatever is raised reads as a failure.
        """
        return None

    def battery(self) -> int:
        """Charge in percent."""
        return 100

    def charging(self) -> bool:
        """Whether a charger feeds the battery."""
        return False

    def folded(self) -> bool:
        """Whether the temples are folded, so that the camera looks at cloth."""
        return False

    def temperature(self) -> int:
        """°C at the warmest place that is measured."""
        return 25

    def report(self, step: str, fields: "dict[str, object]") -> None:
        """Something a person in front of simulated glasses would see; real boards show nothing."""
