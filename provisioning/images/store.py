"""Images on the administrator's computer: a folder each, named after template and version, with its hashes."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provisioning.errors import NotThere, Refused

PARTS = ("image", "kernel", "initrd")  # the disk, and what the host starts it with
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Image:
    """One build. `hashes` maps each part to the SHA-256 of its file, `contents` says what went into it."""

    name: str
    folder: Path
    hashes: dict[str, str]
    contents: dict[str, str]
    built_at: str

    def path(self, part: str) -> Path:
        return self.folder / part


class ImageStore:
    """All builds. One that was interrupted has no manifest, and is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[Image]:
        """By template, then newest first."""
        found = [self.find(path.parent.name) for path in self.folder.glob(f"*/{MANIFEST}")]
        found.sort(key=lambda each: each.built_at, reverse=True)
        return sorted(found, key=lambda each: each.name.rpartition("-")[0])

    def find(self, name: str) -> Image:
        """An image by its whole name. Raises NotThere."""
        folder = self.folder / name
        try:
            manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        except FileNotFoundError as missing:
            raise NotThere(f"there is no image {name} here", "See: vpterm-provision image list") from missing
        return Image(name, folder, manifest["hashes"], manifest["contents"], manifest["built_at"])

    def add(self, name: str, folder: Path, contents: dict[str, str], built_at: str) -> Image:
        """Take a finished build in, whole or not at all. `folder` holds its parts and lies beside the others."""
        hashes = {part: file_hash(folder / part) for part in PARTS}
        manifest = {"hashes": hashes, "contents": contents, "built_at": built_at}
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
        folder.rename(self.folder / name)
        return self.find(name)


def damaged_parts(image: Image) -> list[str]:
    """Parts whose bytes are not those that were built."""
    return [
        part for part in PARTS if not image.path(part).exists() or file_hash(image.path(part)) != image.hashes[part]
    ]


def must_be_whole(image: Image) -> None:
    """Raise Refused for an image of which a byte has changed."""
    if damaged := damaged_parts(image):
        raise Refused(
            f"the image {image.name} is damaged: {', '.join(damaged)}", f"Remove {image.folder} and build it anew."
        )


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def file_hash(path: Path) -> str:
    made = hashlib.sha256()
    for chunk in chunks(path):
        made.update(chunk)
    return made.hexdigest()
