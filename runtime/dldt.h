/* The interface of a compiled model (artifact ABI 2).
 *
 * An artifact is one ELF shared library that imports nothing. Link with it (cc main.c model.so), load it with dlopen, or
 * map it: the file is its own image in memory, nothing in it is adjusted, and its note says where the functions lie.
 * dldt_loader.c is a small host that checks the file first and maps it. All functions may be called from any thread;
 * two calls of dldt_run must not share a request, nor a team.
 */
#ifndef DLDT_H
#define DLDT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DLDT_ABI_MAJOR 2
#define DLDT_ABI_MINOR 0

struct dldt_request;

/* The threads that work on one run at a time: 256 bytes, 64-byte aligned, zeroed by the host, which then sets
 * `threads` (the caller and its workers) and, if it likes, `spin`. The rest belongs to the artifact. */
typedef struct dldt_team {
  uint32_t generation;      /* @0   futex word: one more for each job */
  uint32_t stop;            /* @4   set by dldt_stop */
  struct dldt_request *job; /* @8 */
  uint32_t threads;         /* @16  the caller and its workers */
  uint32_t sleepers;        /* @20  workers asleep on generation */
  uint32_t spin;            /* @24  turns of a waiting loop before sleep, 0: the default; 20 when threads > processors */
  uint32_t reserved_0;
  uint64_t ended;    /* @32 when the last short inference ended, in ticks of the processor's clock */
  uint64_t usual;    /* @40 how long one takes on one thread */
  int32_t strikes;   /* @48 how often several took longer; below zero, how many are still to be run on one thread */
  uint32_t rest;     /* @52 how many that will be the next time */
  uint32_t reserved_4[2];
  uint32_t arrived; /* @64  barrier: how many are there */
  uint32_t reserved_1[15];
  uint32_t phase;   /* @128 barrier: futex word */
  uint32_t waiting; /* @132 threads asleep on phase */
  uint32_t reserved_2[14];
  uint32_t budget; /* @192 turns that a spin may take, as learnt */
  uint32_t reserved_3[15];
} dldt_team;

/* One inference. Arrays are dense, in row-major order, and aligned to their element; none overlaps another. */
typedef struct dldt_request {
  void **inputs;          /* @0  in the order of the metadata */
  void **outputs;         /* @8 */
  void *arena;            /* @16 64-byte aligned, dldt_arena_size(symbols) bytes rounded up to a multiple of 64, and the
                           metadata's "scratch" bytes for each thread; kept between runs or not */
  const int64_t *symbols; /* @24 the free dims, in the order of the metadata, within their bounds */
  dldt_team *team;        /* @32 NULL: one thread */
  uint64_t *profile;      /* @40 NULL, or one slot a kernel */
} dldt_request;

/* Run the model; 0 is success. With a team of n threads, n - 1 threads must be in dldt_worker, or get there soon. */
int32_t dldt_run(dldt_request *request);

/* The life of worker `index` (1 .. threads - 1): waits for runs and takes part in them; returns after dldt_stop. A new
 * worker may only join a team that has run nothing yet. */
void dldt_worker(dldt_team *team, int32_t index);

/* Make the workers return; no run may be in progress, and none may follow. */
void dldt_stop(dldt_team *team);

/* Bytes of arena that a run with these free dims needs, without the threads' scratch; -1 where the dims are too small:
 * some tensor of the model would be empty, and it must not be run. */
int64_t dldt_arena_size(const int64_t *symbols);

/* The dims of all outputs for these free dims, one output after the other. */
void dldt_output_shapes(const int64_t *symbols, int64_t *dims);

/* What the model is, as JSON that ends with a zero byte: inputs, outputs, free dims, processor features needed. Behind
 * it lies what no host needs, the list of the model's steps. */
extern const char dldt_metadata[];

#ifdef __cplusplus
}
#endif

#endif
