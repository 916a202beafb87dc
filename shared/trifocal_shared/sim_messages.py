"""Messages between simulated glasses and the cloud's `/sim-ws` door: the hand that presses, and the eye that looks."""

from trifocal_shared.message import Message, one_of, required


class SimState(Message):
    """What a person would see of the simulated glasses. `light` is the privacy light: off, photo, video or stream.

    `loss` is the share of the radio's packets that are sent in vain, in percent; all of them arrive `latency_ms` later.
    `wifi` is the network that they are on, empty for none.
    """

    TYPE = "sim_state"
    python: str = required(str)
    online: bool = required(bool)
    linked: bool = required(bool)
    folded: bool = required(bool)
    battery: int = required(int)
    charging: bool = required(bool)
    temperature: int = 25
    light: str = required(str)
    camera: str = required(str)
    camera_state: str = "off"
    stored_photos: int = 0
    loss: int = 0
    latency_ms: int = 0
    wifi: str = ""
    wifi_on: bool = True


class SimCommand(Message):
    """Do something to the simulated glasses; `value` is the button, or what is to be set.

    `temperature` is in °C, `loss` in percent of packets, `latency` in ms; `drop` breaks the link once. `wifi` is `on`
    or `off`, `networks` what is within reach (`house:password,café`). `pair` holds the power key as long as it takes,
    `reset` much longer.
    """

    TYPE = "sim_command"
    command_id: str = required(str)
    command: str = one_of(
        "press",
        "online",
        "offline",
        "battery",
        "temperature",
        "charge",
        "unplug",
        "fold",
        "unfold",
        "camera",
        "loss",
        "latency",
        "drop",
        "wifi",
        "networks",
        "pair",
        "reset",
    )
    value: str = ""
    long: bool = False


class SimResult(Message):
    """The command's one answer; `press_id` after a press."""

    TYPE = "sim_result"
    command_id: str = required(str)
    success: bool = required(bool)
    press_id: str = ""
    error_code: str = ""
    error_message: str = ""


TO_SIM: "dict[str, type[Message]]" = {SimCommand.TYPE: SimCommand}
"""What simulated glasses understand from the cloud, by type."""

FROM_SIM: "dict[str, type[Message]]" = {cls.TYPE: cls for cls in (SimState, SimResult)}
"""What the cloud understands from simulated glasses, by type."""
