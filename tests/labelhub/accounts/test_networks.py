"""What the list of known networks says of an address, and that a list which cannot be read says nothing."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelhub.accounts.networks import (
    KnownNetwork,
    NetworkListError,
    network_of,
    read_networks,
    refuse_malformed,
)
from labelhub.demo.networks import ANONYMISED_ADDRESS, ANONYMISER, write_networks

HEADER = "network,kind,jurisdiction,note"
UNKNOWN = KnownNetwork(anonymiser=None, allow_listed_in=None)
PLAIN = KnownNetwork(anonymiser=False, allow_listed_in=None)
HIDDEN = KnownNetwork(anonymiser=True, allow_listed_in=None)


def listed(folder: Path, *lines: str, header: str = HEADER) -> Path:
    file = folder / "networks.csv"
    file.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return file


def vouched(jurisdiction: str) -> KnownNetwork:
    return KnownNetwork(anonymiser=False, allow_listed_in=jurisdiction)


@pytest.mark.parametrize("kind", ["anonymiser", "hosting"])
@pytest.mark.parametrize(
    ("network", "inside", "outside"),
    [
        ("203.0.113.128/25", ["203.0.113.128", "203.0.113.255"], ["203.0.113.127", "203.0.114.0", "::cb00:7180"]),
        ("2001:db8:1::/48", ["2001:db8:1::", "2001:db8:1:ffff::1"], ["2001:db8:2::", "2001:db8::ffff", "1.2.3.4"]),
        ("192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
    ],
)
def test_an_address_in_a_hiding_network_is_anonymised(
    tmp_path: Path, kind: str, network: str, inside: list[str], outside: list[str]
) -> None:
    file = listed(tmp_path, f"{network},{kind},,")
    assert [network_of(address, file) for address in inside] == [HIDDEN] * len(inside)
    assert [network_of(address, file) for address in outside] == [PLAIN] * len(outside)


def test_a_list_with_nothing_but_its_header_says_that_no_network_is_known(tmp_path: Path) -> None:
    assert network_of("203.0.113.1", listed(tmp_path)) == PLAIN


def test_of_nested_allow_listed_networks_the_narrowest_counts(tmp_path: Path) -> None:
    file = listed(
        tmp_path,
        "10.0.0.0/8,allow-listed,US,the company",
        "10.1.0.0/16,allow-listed,PH,its office in Manila",
        "10.1.2.0/24,allow-listed,US-CA,a room there",
        "10.9.0.0/16,allow-listed,DE,",
    )
    expected = {"10.0.0.1": "US", "10.1.0.1": "PH", "10.1.2.9": "US-CA", "10.1.3.0": "PH", "10.2.0.0": "US",
                "10.9.255.255": "DE", "10.10.0.0": "US", "10.255.255.255": "US"}  # fmt: skip
    assert {address: network_of(address, file).allow_listed_in for address in expected} == expected
    assert network_of("11.0.0.0", file) == PLAIN


def test_a_hiding_network_inside_an_allow_listed_one_still_hides(tmp_path: Path) -> None:
    file = listed(tmp_path, "10.0.0.0/8,allow-listed,US,", "10.1.0.0/16,anonymiser,,", "10.1.1.0/24,hosting,,")
    assert network_of("10.1.1.1", file) == KnownNetwork(anonymiser=True, allow_listed_in="US")
    assert network_of("10.2.0.1", file) == vouched("US")


_networks = st.builds(
    lambda address, prefix: ipaddress.ip_network((address, prefix), strict=False),
    st.integers(0, 255).map(lambda low: 0x0A000000 + low),
    st.integers(22, 32),
)


@given(st.dictionaries(_networks, st.sampled_from(["US", "PH", "DE"]), max_size=12), st.integers(-2, 1030))
def test_looking_up_agrees_with_asking_every_network(
    tmp_path_factory: pytest.TempPathFactory, networks: dict[ipaddress.IPv4Network, str], offset: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "many.csv"
    file.write_text("\n".join([HEADER, *(f"{each},allow-listed,{code}," for each, code in networks.items())]))
    address = ipaddress.ip_address(0x0A000000 + offset)
    around = [each for each in networks if address in each]
    narrowest = networks[max(around, key=lambda each: each.prefixlen)] if around else None
    assert read_networks(file).knows(address).allow_listed_in == narrowest


WRONG = [
    ("", "the header is missing"),
    ("network,kind\n", "line 1: the header is missing"),
    ("203.0.113.0/24,anonymiser,,\n", "line 1: the header is missing"),
    (f"{HEADER}\n\n203.0.113.0/24,anonymiser\n", "line 3: has 2 values instead of 4"),
    (f"{HEADER}\n203.0.113.0/24,anonymiser,,a, b\n", "line 2: has 5 values instead of 4: quote a note"),
    (f"{HEADER}\n203.0.113.0/24,vpn,,\n", "line 2: kind `vpn` is unknown: write one of allow-listed,"),
    (f"{HEADER}\n203.0.113.1/24,hosting,,\n", "line 2: 203.0.113.1/24 has host bits set: write a network such as"),
    (f"{HEADER}\nexample.com,hosting,,\n", "line 2: 'example.com' does not appear to be"),
    (f"{HEADER}\n::ffff:203.0.113.0/120,hosting,,\n", "line 2: `::ffff:203.0.113.0/120` holds IPv4 addresses"),
    (f"{HEADER}\n203.0.113.0/24,allow-listed,,\n", "line 2: `` is no ISO 3166 code"),
    (f"{HEADER}\n203.0.113.0/24,allow-listed,XX,\n", "line 2: `XX` is no ISO 3166 code: an allow-listed network needs"),
    (f"{HEADER}\n203.0.113.0/24,anonymiser,US,\n", "line 2: `US` stands beside `anonymiser`: leave"),
    (f'{HEADER}\n203.0.113.0/24,anonymiser,,"two\nlines"\nx,y\n', "line 4: has 2 values"),
    (f'{HEADER}\n203.0.113.0/24,anonymiser,,"no end\n', "cannot be read from here on"),
    (f"{HEADER}\n10.0.0.0/8,allow-listed,US,\n10.0.0.0/8,allow-listed,PH,\n", "line 3: `10.0.0.0/8` is allow-listed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_a_wrong_list_is_refused_with_line_and_mend_and_says_nothing_of_anybody(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "networks.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NetworkListError) as refusal:
        refuse_malformed(file)
    assert says in str(refusal.value)
    assert str(file) in str(refusal.value)
    assert network_of("8.8.8.8", file) == UNKNOWN


def test_a_missing_list_is_no_reason_not_to_start_and_says_nothing_of_anybody(tmp_path: Path) -> None:
    refuse_malformed(tmp_path / "missing.csv")
    assert network_of("8.8.8.8", tmp_path / "missing.csv") == UNKNOWN


@pytest.mark.parametrize("what", [b"\xff\xfe\x00", b"network,kind,jurisdiction,note\n\xff,hosting,,\n"])
def test_a_list_that_is_no_text_says_nothing_of_anybody(tmp_path: Path, what: bytes) -> None:
    file = tmp_path / "networks.csv"
    file.write_bytes(what)
    assert network_of("8.8.8.8", file) == UNKNOWN


def test_a_list_that_is_a_folder_says_nothing_of_anybody(tmp_path: Path) -> None:
    assert network_of("8.8.8.8", tmp_path) == UNKNOWN


@pytest.mark.parametrize("address", ["", "somewhere", "203.0.113.1:80", "203.0.113.1, 8.8.8.8"])
def test_of_what_is_no_address_nothing_is_known(tmp_path: Path, address: str) -> None:
    assert network_of(address, listed(tmp_path)) == UNKNOWN


def test_a_changed_list_counts_at_once_and_so_does_one_gone_bad(tmp_path: Path) -> None:
    file = listed(tmp_path)
    assert network_of("203.0.113.1", file) == PLAIN
    for second, (lines, expected) in enumerate(
        [(["203.0.113.0/24,anonymiser,,"], HIDDEN), (["203.0.113.0/24"], UNKNOWN), ([], PLAIN)], start=1
    ):
        listed(tmp_path, *lines)
        os.utime(file, (second, second))
        assert network_of("203.0.113.1", file) == expected
    file.unlink()
    assert network_of("203.0.113.1", file) == UNKNOWN


def test_a_list_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    file = tmp_path / "networks.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f'{HEADER}\r\n203.0.113.0/24, hosting ,,"a, b"\r\n'.encode())
    assert network_of("203.0.113.1", file) == HIDDEN


def test_the_demos_list_holds_one_vpn_with_an_exit_in_the_united_states(tmp_path: Path) -> None:
    file = write_networks(tmp_path / "geo")
    assert ANONYMISED_ADDRESS in ANONYMISER
    assert network_of(str(ANONYMISED_ADDRESS), file) == HIDDEN
    assert [network_of(address, file) for address in ("203.0.113.10", "198.51.100.10", "127.0.0.1")] == [PLAIN] * 3
