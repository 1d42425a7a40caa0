"""How the home board shares its lines between lists. Pure."""

from collections.abc import Sequence


def share_lines(total: int, needs: Sequence[int]) -> list[int]:
    """Heights of lists that need so many lines each: at least one each, then in turn, the rest to the first.

    Answers as many heights as needs; their sum is `total`, or the number of lists when that is more.
    """
    heights = [1] * len(needs)
    spare = total - len(needs)
    while spare > 0 and any(height < need for height, need in zip(heights, needs, strict=True)):
        for at, need in enumerate(needs):
            if spare > 0 and heights[at] < need:
                heights[at] += 1
                spare -= 1
    if heights and spare > 0:
        heights[0] += spare
    return heights
