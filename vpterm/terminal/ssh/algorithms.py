"""The algorithms of the SSH door: the set in which ssh-audit finds nothing to fail (docs/decisions)."""

KEX_STRICT = ("mlkem768x25519-sha256",)  # shuts out OpenSSH before 9.9
# The client's order decides (RFC 4253 section 7.1), ours only whether it has guessed right: dropbear takes its guess
# back unless we begin as it does, and asyncssh expects it to stand. Who prefers KEX_STRICT still gets it.
KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", *KEX_STRICT)
CIPHERS = ("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr")
MACS = ("hmac-sha2-512-etm@openssh.com", "hmac-sha2-256-etm@openssh.com")
SIGNATURES = (
    *("ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"),
    *("ecdsa-sha2-nistp521", "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256"),
)
# What a first packet of ours may name, by the lists of RFC 4253 section 7.1.
OFFERED = {"kex": KEX, "host_key": ("ssh-ed25519",), "cipher": CIPHERS, "mac": MACS, "compression": ("none",)}
