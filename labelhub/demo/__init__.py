"""The demo workspace: rendered footage, simulated places and accounts. Production code never imports it."""
