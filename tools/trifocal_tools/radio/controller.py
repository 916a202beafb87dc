"""bumble's controllers, joined by air that takes time. What they lack for that is added here (FIRMWARE §2).

Packets are 251 bytes and their credits come back when the air is free again, so a sender feels how slow it is. A
connection whose peer is out of reach ends after the supervision time on both ends; a request to connect can be
cancelled.
"""

import asyncio
from collections.abc import Callable

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.link import LocalLink

from trifocal_tools.radio.air import PACKET_BYTES, Air

QUEUED_PACKETS = 24
"""What a controller holds; the air must not run dry while the host is told of its credits."""

SUPERVISION_S = 2.0


class Radio(LocalLink):
    """The space between controllers. Without `air` it takes no time. `drop` and `back` as from one room to another."""

    def __init__(self, air: Air | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # bumble's
        self.air = air
        self.away = False
        self.latency_s = 0.0
        self._waiting: list[tuple[int, Callable[[], None]]] = []
        self._supervision: asyncio.TimerHandle | None = None

    def carry(self, size: int, arrive: Callable[[], None]) -> None:
        """A packet of `size` bytes on its way; `arrive` when it is there. Out of reach it is tried until supervision
        ends the connection.
        """
        if self.away:
            self._waiting.append((size, arrive))
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        at = self.air.take(size, int(now * 1_000_000)) / 1_000_000 if self.air else now
        loop.call_at(at + self.latency_s, arrive)

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
        for size, arrive in waiting:
            self.carry(size, arrive)

    def close(self) -> None:
        """End what is still to come."""
        self.back()
        self._waiting.clear()

    def _give_up(self) -> None:
        self._supervision = None
        self._waiting.clear()
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
            self._radio.carry(len(packet.data), lambda: self._arrive(connection, packet))

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
        """Each connection begins with 1M, until somebody asks for more."""
        if self._radio.air:
            self._radio.air.ask(1)
        super().create_le_connection(peer_address)

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
