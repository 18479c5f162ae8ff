"""Every case of every operation."""

from tests.frontends.tflite import (
    cases_detection,
    cases_elementwise,
    cases_images,
    cases_indices,
    cases_shapes,
    cases_state,
)

MODULES = (cases_detection, cases_elementwise, cases_images, cases_indices, cases_shapes, cases_state)
CASES = tuple(case for module in MODULES for case in module.CASES)
assert len({case.name for case in CASES}) == len(CASES)
