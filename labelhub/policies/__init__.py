"""Stored policy versions and the facts they are decided on. It refuses to decide: `residency` does."""
