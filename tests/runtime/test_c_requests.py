"""The C host's runs: shapes that are found, state variables, memory, and runs that end early."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import dldt.runtime
from tests.codegen.artifact import build_rounds, build_scale

FOLDER = Path(dldt.runtime.__file__).parent
FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", f"-I{FOLDER}"]

HEAD = """
#define _GNU_SOURCE
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "dldt_loader.h"
static dldt_model *open_model(char **words) {
  char error[512];
  dldt_model *model = dldt_model_open(words[1], atoi(words[2]), error, sizeof error);
  if (model == NULL) puts(error), exit(2);
  return model;
}
"""

FOUND = (
    HEAD
    + """
static void run(dldt_model *model, int64_t rows, int64_t least) {
  int64_t x[2] = {rows, least}, fixed[2] = {7, 7};
  void *inputs[] = {x}, *outputs[] = {fixed, NULL};
  int status = dldt_model_run(model, inputs, outputs, NULL);
  if (status != 0) { printf("%d: %s\\n", status, dldt_model_error(model)); return; }
  const int64_t *dims = dldt_model_output_dims(model), *y = outputs[1];
  int good = fixed[0] == 0 && fixed[1] == 1;
  for (int64_t i = 0; i < dims[1] * dims[2]; i++) good = good && y[i] == i;
  printf("[%" PRId64 "] [%" PRId64 ",%" PRId64 "] %d%s\\n", dims[0], dims[1], dims[2], good, dldt_model_error(model));
}
int main(int count, char **words) {
  dldt_model *model = open_model(words);
  int64_t shapes[3];
  (void)count;
  dldt_model_output_shapes(model, NULL, shapes);
  printf("%" PRId64 " %" PRId64 " %" PRId64 "\\n", shapes[0], shapes[1], shapes[2]);
  run(model, 3, 0);
  run(model, 1000, 1000);
  run(model, 0, 0);
  run(model, 5, 8);
  printf("%d\\n", dldt_model_memory(model) >= 16000);
  dldt_model_release_memory(model);
  printf("%" PRId64 "\\n", dldt_model_memory(model));
  dldt_model_limit_memory(model, 10000);
  run(model, 1000, 0);
  run(model, 500, 0);
  dldt_model_limit_memory(model, 0);
  run(model, INT64_C(1) << 50, 0);
  run(model, 1000, 0);
  dldt_model_close(model);
  return 0;
}
"""
)

STATES = (
    HEAD
    + """
static void run(dldt_model *model) {
  int64_t x[2] = {3, 40}, y[2];
  void *inputs[] = {x}, *outputs[] = {y};
  if (dldt_model_run(model, inputs, outputs, NULL) != 0) exit(3);
  printf("%" PRId64 " %" PRId64 "\\n", y[0], y[1]);
}
int main(int count, char **words) {
  dldt_model *model = open_model(words);
  int64_t dims[] = {2}, none[] = {0}, total[] = {100, 200};
  (void)count;
  int state = dldt_model_find_state(model, "total");
  printf("%d %d %d\\n", state, dldt_model_find_state(model, "sum"), dldt_model_state(model, state, dims) == NULL);
  run(model);
  run(model);
  const int64_t *held = dldt_model_state(model, state, dims);
  printf("[%" PRId64 "] %" PRId64 " %" PRId64 "\\n", dims[0], held[0], held[1]);
  dldt_model_release_memory(model);
  run(model);
  if (dldt_model_set_state(model, state, total, dims) != 0) return 4;
  run(model);
  dldt_model_reset(model);
  run(model);
  if (dldt_model_set_state(model, state, NULL, none) != 0) return 5;
  dims[0] = 9;
  printf("%d", dldt_model_state(model, state, dims) != NULL);
  printf(" [%" PRId64 "]\\n", dims[0]);
  dims[0] = INT64_C(1) << 60;
  printf("%d\\n", dldt_model_set_state(model, state, total, dims));
  dldt_model_close(model);
  return 0;
}
"""
)

EARLY = (
    HEAD
    + """
static int done;
/* A cancel between two runs has no effect, so it is repeated. */
static void *cancel(void *model) {
  for (usleep(20000); !__atomic_load_n(&done, __ATOMIC_RELAXED); usleep(1000)) dldt_model_cancel(model);
  return NULL;
}
static void run(dldt_model *model, int64_t turns) {
  int64_t y[64] = {0}, made[1] = {0};
  void *inputs[] = {&turns}, *outputs[] = {y, made};
  int status = dldt_model_run(model, inputs, outputs, NULL), same = 1;
  for (int i = 0; i < 64; i++) same = same && y[i] == y[0];
  printf("%d %d %" PRId64 " %s\\n", status, same, made[0], dldt_model_error(model));
}
int main(int count, char **words) {
  dldt_model *model = open_model(words);
  (void)count;
  for (int turn = 0; turn < 3; turn++) {
    pthread_t canceller;
    done = 0;
    if (pthread_create(&canceller, NULL, cancel, model) != 0) return 3;
    run(model, INT64_C(1) << 60);
    __atomic_store_n(&done, 1, __ATOMIC_RELAXED);
    pthread_join(canceller, NULL);
    run(model, 10);
  }
  dldt_model_cancel(model);
  run(model, 11);
  dldt_model_set_deadline(model, 0.02);
  run(model, INT64_C(1) << 60);
  dldt_model_set_deadline(model, 100);
  run(model, 12);
  dldt_model_set_deadline(model, 0);
  run(model, 13);
  dldt_model_close(model);
  return 0;
}
"""
)

NAMED = (
    HEAD
    + """
int main(int count, char **words) {
  (void)count;
  dldt_model *model = open_model(words);
  printf("%d\\n", dldt_model_find_state(model, words[3]));
  dldt_model_close(model);
  return 0;
}
"""
)

LIMITED = (
    HEAD
    + """
int main(int count, char **words) {
  dldt_model *model = open_model(words);
  int64_t x[] = {1, 0}, y[8];
  void *inputs[] = {x}, *outputs[] = {y};
  (void)count;
  for (int64_t limit = 63; limit < 65; limit++) {
    dldt_model_limit_memory(model, limit);
    int status = dldt_model_run(model, inputs, outputs, NULL);
    printf("%d %s\\n", status, dldt_model_error(model));
  }
  printf("%" PRId64 "\\n", dldt_model_memory(model));
  dldt_model_close(model);
  return 0;
}
"""
)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    """A function that compiles a C program once, with the address and undefined-behaviour checks where they exist."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (gcc, cc) is installed")
    made = {}

    def build(text):
        if text not in made:
            folder = tmp_path_factory.mktemp("host")
            (folder / "main.c").write_text(text)
            words = [compiler, *FLAGS, folder / "main.c", FOLDER / "dldt_loader.c", "-o", folder / "host", "-lpthread"]
            checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover"]
            if subprocess.run([*words, *checks], capture_output=True, timeout=60, check=False).returncode:
                subprocess.run(words, check=True, timeout=60)
            made[text] = folder / "host"
        return made[text]

    return build


def run(program, path, *words):
    # Without it, a program with address checks ends where there is no memory.
    environment = {**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=1"}
    return subprocess.run(
        [program, path, *words], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def answers(program, path, *words):
    done = run(program, path, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_shapes_that_the_run_finds(host, finding_path, threads):
    assert answers(host(FOUND), finding_path, threads) == [
        "2 -1 2",
        "[2] [3,2] 1",
        "[2] [1000,2] 1",
        "[2] [0,2] 1",
        "4: node 'find': x[1] = ? must be at most ?, but they are 8 and 5",
        "1",
        "0",
        "3: no memory for 16000 bytes",
        "[2] [500,2] 1",
        f"3: no memory for {1 << 54} bytes",
        "[2] [1000,2] 1",
    ]


@pytest.mark.parametrize("threads", ["1", "2"])
def test_state_variables(host, adding_path, threads):
    assert answers(host(STATES), adding_path, threads) == [
        "0 -1 1",
        "3 40",
        "6 80",
        "[2] 6 80",
        "9 120",
        "103 240",
        "3 40",
        "1 [0]",
        "3",
    ]


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_runs_that_end_early(host, counting_path, threads):
    assert answers(host(EARLY), counting_path, threads) == [
        *["1 1 0 the run was cancelled", "0 1 10 "] * 3,
        "0 1 11 ",
        "2 1 0 the run's deadline has passed",
        "0 1 12 ",
        "0 1 13 ",
    ]


def test_names_of_state_variables_are_unicode(host, tmp_path):
    names = ["plain", 'a"b\\c', "größe\n☃", "𝄞 [{,", ""]
    states = [{"name": name, "dtype": "f32", "shape": [1, "N"], "slot": slot} for slot, name in enumerate(names)]
    path = build_scale(tmp_path / "m.so", states=states, slots=5)
    for number, name in enumerate(names):
        assert answers(host(NAMED), path, "1", name) == [str(number)]
    assert answers(host(NAMED), path, "1", "plai") == ["-1"]


def test_an_arena_has_a_limit(host, tmp_path):
    assert answers(host(LIMITED), build_rounds(tmp_path / "m.so"), "1") == ["3 no memory for 64 bytes", "0 ", "64"]


@pytest.mark.parametrize(
    "changes",
    [
        {"slots": -1},
        {"slots": 1 << 21},
        {"dims": 1 << 40},
        {"states": [{}], "slots": 1},
        {"states": [{"name": "a", "dtype": "f32", "shape": [], "slot": 1}], "slots": 1},
        {"states": [{"name": "a", "dtype": "f", "shape": [], "slot": -1}], "slots": 1},
        {"states": [{"name": "a", "dtype": "fff4", "shape": [], "slot": 0}], "slots": 1},
    ],
)
def test_what_is_damaged_is_refused(host, tmp_path, changes):
    path = build_scale(tmp_path / "m.so", **changes)
    done = run(host(NAMED), path, "1", "a")
    assert (done.returncode, done.stderr) == (2, "")
    assert "damaged" in done.stdout
