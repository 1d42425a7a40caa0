"""The steps that there are, and a plan made of them. Each step can be done twice, and says why it is there."""

from dataclasses import dataclass

from provisioning.plan.world import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do on one host. `target` is what it is done to, `reason` why, as a sentence."""

    host: str
    target: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePool(Step):
    """A folder for images, disks and seeds, marked as the group's."""

    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropHalfImage(Step):
    """What is left of an image whose coming was interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutImage(Step):
    """An image brought to the host; its mark of wholeness comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeNetwork(Step):
    subnet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeDisk(Step):
    """An empty layer over an image."""

    image: str
    gib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSeed(Step):
    """The identity of a machine, read by it at its start."""

    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineMachine(Step):
    """The machine itself, or its new shape. A running one takes it at its next start."""

    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowDisk(Step):
    gib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMachine(Step):
    """Power on."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a plan does not do, and what a person may: a refusal, or something to know."""

    target: str
    sentence: str
    advice: str = ""


Chain = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Chains run side by side, the steps of one in order; all of `groundwork` comes before any of `machines`.

    With a refusal nothing is done at all: half of a plan is what nobody asked for.
    """

    groundwork: tuple[Chain, ...] = ()
    machines: tuple[Chain, ...] = ()
    refusals: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in an order in which they can be done one by one."""
        return tuple(step for chain in (*self.groundwork, *self.machines) for step in chain)
