"""Live sessions and the doors to them.

From above: service starts all; the doors (ssh, web) let people in; the gateway keeps them at their sessions; a session
lives in a worker's process, at the other end of the wire. Identity, painting and line are what these share.
"""
