"""An image from a template: built aside, named after what went into it, and taken into the store whole."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from provisioning.errors import Refused
from provisioning.images.debian import SUITE, Recipe, bootstrap
from provisioning.images.program import build_wheel, lay_program
from provisioning.images.store import Image, ImageStore, file_hash
from provisioning.images.templates import Template, hash_of

NEEDED = ("mmdebstrap", "mkfs.ext4", "qemu-img")
_SOURCES = sorted(Path(__file__).parent.glob("*.py"))


def build_image(store: ImageStore, template: Template, checkout: Path, tell: Callable[[str], None]) -> Image:
    """Build an image of a template; one of the same content is kept and answered. `tell` hears of each stage."""
    missing = [each for each in NEEDED if shutil.which(each) is None]
    if missing:
        raise Refused(f"to build an image, {', '.join(missing)} is missing", "On Debian: scripts/setup provisioning")
    store.folder.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix=".building-", dir=store.folder))
    try:
        return _built(store, template, checkout, work, tell)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _built(store: ImageStore, template: Template, checkout: Path, work: Path, tell: Callable[[str], None]) -> Image:
    out, program = work / "out", None
    out.mkdir()
    contents = {"template": hash_of(template), "suite": SUITE, "builder": _hash_of_builder()}
    if template.program:
        tell("the program: its wheel and what it needs")
        wheel = build_wheel(checkout, work)
        program = work / "program"
        lay_program(wheel, checkout / "requirements/runtime.txt", program)
        contents["program"] = _hash_of_folder(program)
    tell(f"Debian {SUITE}: {len(template.packages)} packages and what they need")
    layers = tuple(str(layer.absolute()) for layer in template.layers)
    recipe = Recipe(
        template.packages, template.enable, template.mask, layers, str(program) if program else None,
        template.disk_gib, str(out),
    )  # fmt: skip
    contents["packages"] = hashlib.sha256(bootstrap(recipe).encode()).hexdigest()
    name = f"{template.name}-{version_of(contents)}"
    if (store.folder / name).exists():
        tell(f"{name} is there already, with the same content")
        return store.find(name)
    return store.add(name, out, contents, datetime.now(UTC).isoformat(timespec="seconds"))


def version_of(contents: dict[str, str]) -> str:
    """Twelve hexadecimal digits of what went into an image."""
    return hashlib.sha256(repr(sorted(contents.items())).encode()).hexdigest()[:12]


def _hash_of_builder() -> str:
    return hashlib.sha256("".join(file_hash(path) for path in _SOURCES).encode()).hexdigest()


def _hash_of_folder(folder: Path) -> str:
    """Of names and bytes: wheels built twice differ in their dates only."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("RECORD", "direct_url.json"):
            made.update(f"{path.relative_to(folder)} {file_hash(path)}\n".encode())
    return made.hexdigest()
