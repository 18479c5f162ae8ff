"""Every case of every operation."""

from tests.frontends.tflite import cases_elementwise, cases_images, cases_shapes

MODULES = (cases_elementwise, cases_images, cases_shapes)
CASES = tuple(case for module in MODULES for case in module.CASES)
assert len({case.name for case in CASES}) == len(CASES)
