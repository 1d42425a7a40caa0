"""A whole plan done: chains side by side, one apply at a time, every step told."""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from provisioning.errors import Busy, ProvisioningError, Refused, StepFailed
from provisioning.host.carrying_out import Site, carry_out
from provisioning.plan.steps import Chain, Plan, Step

AT_ONCE = 4  # chains; more only wait for the same disk
Tell = Callable[[Step], None]


def apply_plan(plan: Plan, sites: Mapping[str, Site], tell: Tell) -> None:
    """Do a plan. A chain that fails leaves the others going; then StepFailed says all that failed.

    Raises Refused, before anything is done, for a plan with refusals. `tell` hears of each step before it begins.
    """
    if plan.refusals:
        raise Refused("nothing was done: the plan has refusals", "See them: vpterm-provision plan")
    for chains in (plan.groundwork, plan.machines):
        failures = _side_by_side(chains, sites, tell)
        if len(failures) == 1:
            raise failures[0]
        if failures:
            sentences = "\n".join(each.message for each in failures)
            raise StepFailed(sentences, "What was done stands; the next apply goes on from there.")


def _side_by_side(chains: Sequence[Chain], sites: Mapping[str, Site], tell: Tell) -> list[ProvisioningError]:
    def follow(chain: Chain) -> ProvisioningError | None:
        for step in chain:
            tell(step)
            try:
                carry_out(step, sites[step.host])
            except ProvisioningError as failure:
                return failure
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [failure for failure in pool.map(follow, chains) if failure is not None]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the group's lock; the kernel lets go of it when we end, however that is. Raises Busy."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            holder = os.read(descriptor, 32).decode() or "?"
            raise Busy(f"another command is changing this group (process {holder})", "Wait for it to end.") from taken
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
