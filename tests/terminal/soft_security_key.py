"""A security key made of software: an ssh-agent that signs as a FIDO authenticator does, for the real OpenSSH client.

Formats: PROTOCOL.u2f of OpenSSH for keys and signatures, draft-miller-ssh-agent for the agent.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

TOUCHED, VERIFIED = 0x01, 0x04
APPLICATION = b"ssh:"
Kind = Literal["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"]


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _mpint(number: int) -> bytes:
    return _string(number.to_bytes(number.bit_length() // 8 + 1, "big"))


class SoftSecurityKey:
    """`flags` are what the authenticator says of each signature: touched, verified. Use as `IdentityAgent`."""

    def __init__(self, kind: Kind, flags: int = TOUCHED) -> None:
        self.kind, self.flags, self.counter = kind.encode(), flags, 0
        if kind.startswith("sk-ssh"):
            self._ed = ed25519.Ed25519PrivateKey.generate()
            raw = self._ed.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            body = _string(raw)
        else:
            self._ec = ec.generate_private_key(ec.SECP256R1())
            point = self._ec.public_key().public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
            )
            body = _string(b"nistp256") + _string(point)
        self.blob = _string(self.kind) + body + _string(APPLICATION)
        self._folder = Path(tempfile.mkdtemp(prefix="vpterm-sk-"))
        self.agent_path = self._folder / "agent"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.agent_path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def line(self) -> str:
        """The line of its .pub file."""
        return f"{self.kind.decode()} {base64.b64encode(self.blob).decode()} soft"

    def close(self) -> None:
        """Pull it out."""
        self._listener.close()
        with contextlib.suppress(OSError):
            os.unlink(self.agent_path)
        self._folder.rmdir()

    def _sign(self, message: bytes) -> bytes:
        self.counter += 1
        tail = struct.pack(">BI", self.flags, self.counter)
        signed = hashlib.sha256(APPLICATION).digest() + tail + hashlib.sha256(message).digest()
        if self.kind.startswith(b"sk-ssh"):
            signature = self._ed.sign(signed)
        else:
            r, s = utils.decode_dss_signature(self._ec.sign(signed, ec.ECDSA(hashes.SHA256())))
            signature = _mpint(r) + _mpint(s)
        return _string(self.kind) + _string(signature) + tail

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                while len(prefix := stream.read(4)) == 4:
                    answer = self._answer(stream.read(*struct.unpack(">I", prefix)))
                    stream.write(_string(answer))
                    stream.flush()

    def _answer(self, request: bytes) -> bytes:
        if request[0] == 11:  # list identities
            return b"\x0c" + struct.pack(">I", 1) + _string(self.blob) + _string(b"soft")
        if request[0] == 13:  # sign
            (size,) = struct.unpack_from(">I", request, 1)
            (length,) = struct.unpack_from(">I", request, 5 + size)
            return b"\x0e" + _string(self._sign(request[9 + size : 9 + size + length]))
        return b"\x05"  # failure
