"""bumble's controllers, joined by air that takes time. What they lack for that is added here (FIRMWARE §2).

Packets are 251 bytes and their credits come back when they have arrived, so a sender feels how slow the air is. A
connection whose peer is out of reach ends after the supervision time on both ends; a request to connect can be
cancelled; the interval of a connection is the one that was asked for, and so is that of advertisements.
"""

import asyncio
from collections.abc import Callable

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.link import LocalLink

from trifocal_tools.radio.air import PACKET_BYTES, Air
from trifocal_tools.radio.carrier import Carrier

QUEUED_PACKETS = 24
"""What a controller holds; the air must not run dry while the host is told of its credits."""

SUPERVISION_S = 2.0

INTERVAL_UNIT_US = 1_250
"""In which intervals of connections are said (Core specification, Vol 4 Part E §7.8.12)."""


class Radio(LocalLink):
    """The space between controllers. Without `air` it takes no time. `drop` and `back` as from one room to another."""

    def __init__(self, air: Air | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # bumble's
        self.air = air
        self.carrier = Carrier(air)
        self.away = False
        self._waiting: list[tuple[bool, int, Callable[[], None]]] = []
        self._supervision: asyncio.TimerHandle | None = None

    def carry(self, to_central: bool, size: int, arrive: Callable[[], None]) -> None:
        """A packet of `size` bytes on its way; `arrive` when it is there. Out of reach it is tried until supervision
        ends the connection.
        """
        if self.away:
            self._waiting.append((to_central, size, arrive))
        else:
            self.carrier.carry(to_central, size, arrive)

    def weaken(self, loss_percent: int, latency_ms: int) -> None:
        """From now on so many of a hundred packets are sent in vain, and all arrive so much later."""
        self.carrier.latency_s = latency_ms / 1_000
        if self.air:
            self.air.loss = loss_percent / 100

    def drop(self) -> None:
        """Out of each other's reach."""
        if not self.away:
            self.away = True
            self._supervision = asyncio.get_running_loop().call_later(SUPERVISION_S, self._give_up)

    def back(self) -> None:
        """In reach again: what waited goes on, unless supervision has ended the connection."""
        if self._supervision:
            self._supervision.cancel()
            self._supervision = None
        self.away = False
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            self.carry(*each)

    def leave(self, gone: Controller) -> None:
        """This one is switched off: whoever was connected to it notices."""
        self.controllers.discard(gone)
        for controller in self.controllers:
            for connection in list(controller.le_connections.values()):
                if connection.peer_address in (gone.random_address, gone.public_address):
                    controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def close(self) -> None:
        """End what is still to come."""
        self._waiting.clear()
        self.back()
        self.carrier.cut()

    def begun(self, interval_us: int) -> None:
        """A connection begins: with 1M until somebody asks for more, and nothing of the one before on the air."""
        self.carrier.cut()
        if self.air:
            self.air.ask(1)
            self.air.interval_us = interval_us

    def _give_up(self) -> None:
        self._supervision = None
        self._waiting.clear()
        self.carrier.cut()
        for controller in self.controllers:
            for connection in list(controller.le_connections.values()):
                controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Advertisements and requests to connect, heard by all in reach."""
        if not self.away:
            super().send_advertising_pdu(sender_controller, packet)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Words between controllers; lost when nobody is there."""
        if not self.away and self.find_le_controller(receiver_address):
            super().send_ll_control_pdu(sender_address, receiver_address, packet)


class AirController(Controller):
    """A controller in a `Radio`."""

    le_acl_data_packet_length = PACKET_BYTES
    total_num_le_acl_data_packets = QUEUED_PACKETS
    supported_commands = Controller.supported_commands | {
        hci.HCI_LE_SET_DATA_LENGTH_COMMAND,
        hci.HCI_LE_SET_PHY_COMMAND,
    }

    def __init__(self, name: str, radio: Radio) -> None:
        super().__init__(name, link=radio)
        self._radio = radio

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Bytes from the host: they arrive, and its credit comes back, at the end of their time on the air."""
        connection = self.find_connection_by_handle(packet.connection_handle)
        if connection:
            to_central = connection.role == hci.Role.PERIPHERAL
            self._radio.carry(to_central, len(packet.data), lambda: self._arrive(connection, packet))

    def _arrive(self, connection: Connection, packet: hci.HCI_AclDataPacket) -> None:
        if self.le_connections.get(connection.peer_address) is connection:
            connection.on_hci_acl_data_packet(packet)

    def on_hci_le_set_data_length_command(
        self, command: hci.HCI_LE_Set_Data_Length_Command
    ) -> hci.HCI_StatusAndConnectionHandleReturnParameters:
        """Long packets are asked for; they are what this air counts with anyway."""
        return hci.HCI_StatusAndConnectionHandleReturnParameters(
            status=hci.HCI_ErrorCode.SUCCESS, connection_handle=command.connection_handle
        )

    def on_hci_le_set_phy_command(self, command: hci.HCI_LE_Set_PHY_Command) -> None:
        """A PHY is asked for, and the air's best is given."""
        self._send_hci_command_status(hci.HCI_COMMAND_STATUS_PENDING, command.op_code)
        asked = 2 if command.tx_phys & 2 else 1
        given = hci.Phy(self._radio.air.ask(asked) if self._radio.air else asked)
        self.send_hci_packet(
            hci.HCI_LE_PHY_Update_Complete_Event(
                status=hci.HCI_ErrorCode.SUCCESS,
                connection_handle=command.connection_handle,
                tx_phy=given,
                rx_phy=given,
            )
        )

    def create_le_connection(self, peer_address: hci.Address) -> None:
        """A peer that was waited for is there: connect, at the interval that was asked for."""
        pending = self.pending_le_connection
        if isinstance(pending, hci.HCI_LE_Extended_Create_Connection_Command):
            self._radio.begun(pending.connection_interval_mins[0] * INTERVAL_UNIT_US)
        elif pending:
            self._radio.begun(pending.connection_interval_min * INTERVAL_UNIT_US)
        super().create_le_connection(peer_address)

    def on_hci_le_connection_update_command(self, command: hci.HCI_LE_Connection_Update_Command) -> None:
        """Another interval is asked for, and given."""
        if self._radio.air:
            self._radio.air.interval_us = command.connection_interval_max * INTERVAL_UNIT_US
        super().on_hci_le_connection_update_command(command)

    def on_hci_le_set_advertising_parameters_command(
        self, command: hci.HCI_LE_Set_Advertising_Parameters_Command
    ) -> hci.HCI_StatusReturnParameters:
        """bumble takes the units of 625 us for milliseconds here, and advertises more rarely than it is told to."""
        command.advertising_interval_min = command.advertising_interval_min * 625 // 1_000
        return super().on_hci_le_set_advertising_parameters_command(command)

    def on_le_disconnected(self, connection: Connection, reason: int) -> None:
        """The connection has ended; told once, whoever ended it."""
        if self.le_connections.get(connection.peer_address) is connection:
            super().on_le_disconnected(connection, reason)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """The peer never answered; the request ends, and another may be made."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)
