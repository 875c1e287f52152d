"""Zones, cameras and footage. It refuses to show a byte: the gateway does that."""
