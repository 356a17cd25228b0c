"""The gate: whether a registration may be believed, so that anything at all may be read."""

from collections.abc import Sequence

import cv2
import numpy as np

from forms.geometry import Point
from intake.values import Fit, FormState, Pose, Registration

RECOGNISED_SHARE, RECOGNISED_NCC = 0.60, 0.60
"""True pages of the first trial had 0.8 and 0.9 and more; wrong forms at most 0.2 and 0.35."""
ALIKE_SHARE, ALIKE_NCC = 0.35, 0.45
EXACT_SHARE, EXACT_RESIDUAL_MM = 0.25, 0.15
"""What falls short is still shown to a person as doubtful: if this share of the print is where the blank has it and
looks like it (blurred photos), or a smaller share lies there exactly (half-faded prints in black and white have 0.37
and 0.05 mm). Wrong forms have a share of 0.2 at most, a likeness of 0.35 at most and 0.2 mm at least."""
POSSIBLE_SHARE_WITH_CODE = 0.12
"""A slip whose code was read is ours, however little of its print is left."""


def certain(found: Registration) -> bool:
    """Whether it is beyond doubt which form this is."""
    return form_state(found.fit) is FormState.RECOGNISED


def accepted(found: Registration) -> bool:
    """Whether the page shows this form at all."""
    fit = found.fit
    if found.pose.code and fit.found_share >= POSSIBLE_SHARE_WITH_CODE:
        return True
    alike = fit.found_share >= ALIKE_SHARE and fit.ncc_median >= ALIKE_NCC
    return alike or (fit.found_share >= EXACT_SHARE and fit.residual_mm <= EXACT_RESIDUAL_MM)


def form_state(fit: Fit) -> FormState:
    """Whether it is certain which form the slip is."""
    sure = fit.found_share >= RECOGNISED_SHARE and fit.ncc_median >= RECOGNISED_NCC
    return FormState.RECOGNISED if sure else FormState.DOUBTFUL


def distinct(found: Sequence[Registration]) -> tuple[Registration, ...]:
    """One registration for each slip, in reading order.

    Of those that lie over one another one that is certain, then one whose code was read, for it may name the child,
    and then the best.
    """

    def rank(one: Registration) -> tuple[bool, bool, float]:
        return not certain(one), not one.pose.code, -one.fit.found_share * one.fit.ncc_median

    kept: list[Registration] = []
    for one in sorted(found, key=rank):
        if not any(_overlap(one, other) for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda r: (outline_of(r)[0].y, outline_of(r)[0].x)))


def outline_of(found: Registration) -> tuple[Point, Point, Point, Point]:
    """The corners of the slip on the page, in pixels, in the order of the blank's corners."""
    corners = found.pose.template.area.corners
    seen = found.pixels_of(np.array([(p.x, p.y) for p in corners], np.float64))
    first, second, third, fourth = (Point(float(x), float(y)) for x, y in seen)
    return first, second, third, fourth


def _overlap(one: Registration, other: Registration) -> bool:
    """Whether the middle of either lies on the other."""
    return _holds(outline_of(one), outline_of(other)) or _holds(outline_of(other), outline_of(one))


def _holds(outline: Sequence[Point], other: Sequence[Point]) -> bool:
    contour = np.array([[(p.x, p.y)] for p in outline], np.float32)
    middle = np.mean([(p.x, p.y) for p in other], axis=0)
    return bool(cv2.pointPolygonTest(contour, (float(middle[0]), float(middle[1])), False) >= 0)


def lies_on(pose: Pose, found: Registration) -> bool:
    """Whether the middle of what a pose promises lies on a slip that was found."""
    return _holds(outline_of(found), outline_of(Registration(pose, None, found.fit)))
