"""Who may ask this process, for what, and how much they may send."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from ui.access.connections import Connections, quieten, raise_file_limit
    from ui.access.guard import MAX_BODY_BYTES, Guard, error_body
    from ui.access.loopback import LOOPBACK
    from ui.access.owner import OwnerOnly, browser_page, is_trusted, knows_peers, peer_uid
    from ui.access.page_requests import PageRequests
else:
    __getattr__ = face(
        __name__,
        connections="Connections quieten raise_file_limit",
        guard="Guard MAX_BODY_BYTES error_body",
        loopback="LOOPBACK",
        owner="OwnerOnly browser_page is_trusted knows_peers peer_uid",
        page_requests="PageRequests",
    )

__all__ = [
    "LOOPBACK",
    "MAX_BODY_BYTES",
    "Connections",
    "Guard",
    "OwnerOnly",
    "PageRequests",
    "browser_page",
    "error_body",
    "is_trusted",
    "knows_peers",
    "peer_uid",
    "quieten",
    "raise_file_limit",
]
