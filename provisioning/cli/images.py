"""`image build|list|verify`: what machines start from."""

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from provisioning.cli.exits import UNFIT
from provisioning.cli.ground import AsJson, Home, ground, narrate
from provisioning.images.building import build_image
from provisioning.images.store import damaged_parts
from provisioning.images.templates import read_template

app = typer.Typer(help="Images: what machines start from.", no_args_is_help=True)
CHECKOUT = Path(__file__).parents[2]


@app.command("build")
def build(
    template: Annotated[str, typer.Argument(help="a folder of vm-templates/")],
    home: Home = None,
    checkout: Annotated[Path, typer.Option(help="vpterm's source: program and templates are taken from it")] = CHECKOUT,
) -> None:
    """Build an image of a template; prints its version, for group.toml. The same content has the same version."""
    found = read_template(checkout / "vm-templates", template)
    made = build_image(ground(home).images, found, checkout, narrate)
    typer.echo(made.name.rpartition("-")[2])


@app.command("list")
def show_all(home: Home = None, json: AsJson = False) -> None:
    """List the images here, newest first: template, version, when built, size."""
    images = ground(home).images.all()
    rows = [
        {
            "template": each.name.rpartition("-")[0],
            "version": each.name.rpartition("-")[2],
            "built_at": each.built_at,
            "mib": each.path("image").stat().st_size >> 20,
        }
        for each in images
    ]
    if json:
        typer.echo(dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['template']:<16} {row['version']}  {row['built_at']}  {row['mib']:>6} MiB")


@app.command("verify")
def verify(home: Home = None) -> None:
    """Read every image here whole, and say which are not as they were built."""
    damaged = False
    for each in ground(home).images.all():
        parts = damaged_parts(each)
        damaged |= bool(parts)
        typer.echo(f"{each.name}  {'damaged: ' + ', '.join(parts) if parts else 'whole'}")
    if damaged:
        raise typer.Exit(UNFIT)
