"""Plans: what a library says of how it was made, and making it so again."""

import json

import numpy as np
import pytest

from dldt.codegen.kernels.families import FAMILIES
from dldt.codegen.pipeline import PIPELINE
from dldt.compiler.errors import InputError, UsageError
from dldt.tools import api
from tests.errors.commands import command, refused
from tests.tools.conftest import DIGITS

MODEL = DIGITS / "digits.onnx"


@pytest.fixture(scope="module")
def plan(digits):
    """The plan of the digits' library, as the command prints it."""
    shown = command("inspect", digits[0], "--plan", "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


def saved(plan, folder):
    path = folder / "plan.json"
    path.write_text(json.dumps(plan))
    return path


def test_a_plan_names_every_task_and_its_family(digits, plan):
    assert plan["format"] == "dldt-plan 1"
    families = {family.name for family in FAMILIES}
    made = [task["implementation"] for task in plan["tasks"]]
    assert {"convolution", "winograd", "matmul", "pool", "loops"} & {one["family"] for one in made}
    assert {one["family"] for one in made} <= families
    shown = command("inspect", digits[0], "--plan").stdout
    for task in plan["tasks"]:
        assert f"{task['output']}: {task['implementation']['family']}, f32" in shown


@pytest.mark.parametrize("source", ["library", "file"])
def test_a_plan_makes_the_same_bytes(digits, plan, source, tmp_path):
    given = digits[0] if source == "library" else saved(plan, tmp_path)
    again = tmp_path / digits[0].name
    done = command("compile", MODEL, "-o", again, "--plan", given)
    assert done.returncode == 0, done.stderr
    assert again.read_bytes() == digits[0].read_bytes()


def test_a_plan_is_followed_where_the_estimate_says_otherwise(digits, plan, tmp_path):
    # Made without Winograd's algorithm; followed by a compilation that may use it.
    direct = tmp_path / "direct" / "digits.so"
    direct.parent.mkdir()
    assert command("compile", MODEL, "-o", direct, "--no-winograd").returncode == 0
    followed = tmp_path / "digits.so"
    assert command("compile", MODEL, "-o", followed, "--plan", direct).returncode == 0
    shown = json.loads(command("inspect", followed, "--plan", "--json").stdout)
    assert shown == json.loads(command("inspect", direct, "--plan", "--json").stdout)
    assert "winograd" not in {task["implementation"]["family"] for task in shown["tasks"]}


def test_a_plan_of_another_target_is_refused(plan, tmp_path):
    other = command("compile", MODEL, "-o", tmp_path / "x.so", "--target", "x86-64-v2", "--plan", saved(plan, tmp_path))
    refused(other, 2, "plan.json", "is no way to make", "leave out --plan", "nothing was written")
    assert not (tmp_path / "x.so").exists()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda plan: plan["tasks"].pop(), "it ends before"),
        (lambda plan: plan["tasks"].insert(0, plan["tasks"][-1]), "it goes on with"),
        (lambda plan: plan.update(format="dldt-plan 0"), "it has no list of tasks of format dldt-plan 1"),
        (lambda plan: plan["tasks"][0].pop("implementation"), "a task has no implementation"),
        (lambda plan: plan["tasks"][0]["implementation"].update({"is": "Path"}), "a record of no class that is known"),
        (lambda plan: plan["tasks"][0]["implementation"].update(family="none"), "is no way to make"),
        (lambda plan: plan["tasks"][0]["implementation"].update(surplus=1), "unexpected keyword argument"),
    ],
)
def test_a_plan_that_is_not_of_the_model_is_refused(plan, change, text, tmp_path):
    changed = json.loads(json.dumps(plan))
    change(changed)
    with pytest.raises(InputError, match=text):
        api.decided(MODEL, "implementations", plan=saved(changed, tmp_path))


def numbers(data, path=()):
    """Where the numbers of a plan stand."""
    if isinstance(data, dict):
        for key, item in data.items():
            yield from numbers(item, (*path, key))
    elif isinstance(data, list):
        for key, item in enumerate(data):
            yield from numbers(item, (*path, key))
    elif isinstance(data, int | float) and not isinstance(data, bool):
        yield path


def test_any_other_number_in_a_plan_is_refused_or_another_way(plan, tmp_path):
    generator = np.random.default_rng(0)
    places = [place for place in numbers(plan["tasks"]) if "cost" not in place]  # costs decide nothing
    assert len(places) > 20
    for place in [places[k] for k in generator.choice(len(places), 20, replace=False)]:
        changed = json.loads(json.dumps(plan))
        inner = changed["tasks"]
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = [-1, 0, 1 << 40, 1.5][int(generator.integers(4))]
        if changed == plan:
            continue
        with pytest.raises(InputError):
            api.decided(MODEL, "implementations", plan=saved(changed, tmp_path))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"plan": 3}'])
def test_what_is_no_plan_is_refused(content, tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"plan\.json: is no plan"):
        api.recorded_plan(path)


def test_a_plan_leaves_nothing_to_measure(digits, tmp_path):
    refused(command("compile", MODEL, "--plan", digits[0], "--tune"), 1, "leave out --tune and --tuned")


def test_a_model_has_no_plan(tmp_path):
    refused(command("inspect", MODEL, "--plan"), 1, "compile the model first")


def test_every_step_but_the_last_shows_what_it_decided():
    for step in PIPELINE[:-2]:
        assert isinstance(api.decided(MODEL, step.name), list)
    shown = command("compile", MODEL, "--show-step", "implementations")
    assert shown.returncode == 0, shown.stderr
    assert "estimated" in shown.stdout
    with pytest.raises(UsageError, match="'link' is the last step: it writes the library"):
        api.decided(MODEL, "link")
    refused(command("compile", MODEL, "--show-step", "nothing"), 1, "no step of code generation is called 'nothing'")
