"""DLDT_HOST_LEVEL makes the target ``host`` a lesser machine, never a greater one."""

import pytest

from dldt.codegen.host import host_target
from dldt.codegen.target import TARGETS
from dldt.compiler.errors import UsageError
from dldt.runtime import cpu

V3_FEATURES = {"avx2", "fma", "f16c", "bmi2"}


@pytest.fixture
def host(monkeypatch):
    """The target of a machine that lacks some features, with the variable set to a value."""

    def host(level, lacking=()):
        monkeypatch.setenv("DLDT_HOST_LEVEL", level)
        monkeypatch.setattr(cpu, "arch", lambda: "x86_64")
        monkeypatch.setattr(cpu, "missing", lambda features: [name for name in features if name in lacking])
        return host_target.__wrapped__()

    return host


def test_without_it_the_host_is_all_that_the_processor_has(host):
    target = host("")
    assert target.vector_bits == 512
    assert {"avx512f", "avx512bf16", "avx512vnni", *V3_FEATURES} <= set(target.features)


@pytest.mark.parametrize(("level", "bits"), [("x86-64-v2", 128), ("x86-64-v3", 256), ("x86-64-v4", 512)])
def test_the_host_is_of_the_level_without_extensions(host, level, bits):
    target = host(level)
    assert (target.name, target.vector_bits) == ("host", bits)
    assert target.features == TARGETS[level].features
    assert V3_FEATURES.isdisjoint(target.features) == (bits == 128)
    assert any(feature.startswith("avx512") for feature in target.features) == (bits == 512)


def test_a_machine_that_lacks_the_level_stays_what_it_is(host):
    assert host("x86-64-v4", ["avx512f"]).vector_bits == 256
    assert host("x86-64-v3", ["avx2"]).vector_bits == 128


def test_another_value_is_refused(host):
    with pytest.raises(UsageError) as caught:
        host("avx2")
    assert str(caught.value) == "DLDT_HOST_LEVEL must be one of x86-64-v4, x86-64-v3, x86-64-v2, not 'avx2'"
