"""Judges the folder of the installation: who may read its secrets."""

from __future__ import annotations

from collections.abc import Iterator

from vpterm.cli.doctor.facts import Files
from vpterm.cli.doctor.findings import Finding, careful, ok, wrong
from vpterm.kernel.i18n import _, ngettext

_OTHERS = 0o077  # what the group and all others may do


def judge_files(files: Files) -> Iterator[Finding]:
    """Secrets 0600 in a folder 0700; the host key 0600."""
    if files.secrets_mode is None:
        yield wrong(
            "secrets", _("There is no installation in {home}.").format(home=files.home),
            _("Name its folder with --home, or run this as the account that serves."),
        )  # fmt: skip
        return
    if files.secrets_mode & _OTHERS or files.open_secrets:
        yield wrong(
            "secrets", _("Other accounts of this machine can read the secrets of the database."),
            _("chmod 700 {home}/secrets; chmod 600 {home}/secrets/*. Then change the secrets.").format(home=files.home),
        )  # fmt: skip
    else:
        sentence = ngettext(
            "{n} secret, readable by its owner only.", "{n} secrets, readable by their owner only.", files.secret_count
        )
        yield ok("secrets", sentence.format(n=files.secret_count))
    if files.host_key_mode is None:
        yield careful("host_key", _("There is no host key yet; the first opening of the door makes it."))
    elif files.host_key_mode & _OTHERS:
        yield wrong(
            "host_key", _("Other accounts of this machine can read the key by which people recognise the server."),
            _("chmod 600 the file ssh_host_ed25519_key; replace it if somebody was there."),
        )  # fmt: skip
    else:
        yield ok("host_key", _("The host key is readable by its owner only."))
