"""The block of ports, and the sentence for a busy one."""

from __future__ import annotations

import os
import socket

import pytest

from labelhub.stack.errors import PortBusyError
from labelhub.stack.home import PORTS_IN_A_BLOCK
from labelhub.stack.ports import Ports, refuse_busy


def test_no_port_of_the_block_is_used_twice_and_none_lies_outside() -> None:
    every = Ports(8800).all(zones=2)
    assert len(set(every)) == len(every)
    assert min(every) == 8800
    assert max(every) <= 8800 + PORTS_IN_A_BLOCK


def test_a_store_binds_only_its_own_eight() -> None:
    store = Ports(8800).store(1)
    four = (store.master, store.volume, store.filer, store.s3)
    assert sorted([*four, *(store.grpc(port) for port in four)]) == list(store.all())


def test_a_block_has_room_for_three_zones() -> None:
    with pytest.raises(ValueError, match="no room"):
        Ports(8800).store(4)


def test_a_busy_port_is_named_with_its_holder_and_the_mend(block: int) -> None:
    with socket.create_server(("127.0.0.1", block + 3)), pytest.raises(PortBusyError) as refusal:
        refuse_busy([block, block + 3])
    assert refusal.value.port == block + 3
    assert f"port `{block + 3}` is taken by `" in str(refusal.value)
    assert f"(process {os.getpid()})" in str(refusal.value)
    assert f"LABELHUB_PORT={block + 100} make up" in str(refusal.value)


def test_a_free_block_is_accepted(block: int) -> None:
    refuse_busy(Ports(block).all(zones=2))
