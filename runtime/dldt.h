/* The interface of a compiled model (artifact ABI 2).
 *
 * An artifact is one ELF shared library that imports nothing. Link with it (cc main.c model.so), load it with dlopen, or
 * map it: the file is its own image in memory, nothing in it is adjusted, and its note says where the functions lie.
 * dldt_loader.c is a small host that checks the file first and maps it. All functions may be called from any thread;
 * two calls of dldt_run must not share a request, nor a thread pool.
 */
#ifndef DLDT_H
#define DLDT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* runtime/abi.py holds the numbers, structs and functions below a second time, for all that is not C; a test compares. */
#define DLDT_ABI_MAJOR 2
#define DLDT_ABI_MINOR 0
#define DLDT_ARENA_ALIGNMENT 64
#define DLDT_SPIN_DEFAULT 2000 /* what 0 in `spin` stands for */
#define DLDT_SPIN_CROWDED 20   /* better where there are more threads than processors */

struct dldt_request;

/* The thread pool: the threads that work on one run at a time. 256 bytes, 64-byte aligned, zeroed by the host, which then
 * sets `threads` and, if it likes, `spin`. The rest belongs to the artifact. ABI 3 will call it a thread pool; in ABI 2
 * its name is dldt_team. */
typedef struct dldt_team {
  uint32_t generation;      /* @0 futex word: one more for each job */
  uint32_t stop;            /* @4 set by dldt_stop */
  struct dldt_request *job; /* @8 the request that is running */
  uint32_t threads;         /* @16 the caller and its workers */
  uint32_t sleepers;        /* @20 workers asleep on generation */
  uint32_t spin;            /* @24 turns of a waiting loop before sleep, 0: the default */
  uint32_t reserved_0;      /* @28 */
  uint64_t ended;           /* @32 when the last short inference ended, in ticks of the processor's clock */
  uint64_t usual;           /* @40 ticks that a short inference takes on one thread */
  int32_t strikes;          /* @48 how often several threads took longer; below zero, runs left for one thread */
  uint32_t rest;            /* @52 how many runs one thread gets the next time */
  uint32_t reserved_1[2];   /* @56 */
  uint32_t arrived;         /* @64 barrier: how many threads are there */
  uint32_t reserved_2[15];  /* @68 */
  uint32_t phase;           /* @128 barrier: futex word */
  uint32_t waiting;         /* @132 threads asleep on phase */
  uint32_t reserved_3[14];  /* @136 */
  uint32_t budget;          /* @192 turns that a waiting loop may take inside a run, as learnt */
  uint32_t reserved_4[15];  /* @196 */
} dldt_team;

/* One inference. Arrays are dense, in row-major order, and aligned to their element; none overlaps another. The arena is
 * 64-byte aligned: dldt_arena_size(symbols) bytes rounded up to a multiple of 64, then the metadata's "scratch" bytes for
 * each thread; its content need not be kept between runs. */
typedef struct dldt_request {
  void **inputs;          /* @0 in the order of the metadata */
  void **outputs;         /* @8 in the order of the metadata */
  void *arena;            /* @16 room for the tensors inside the model, then for the scratch of each thread */
  const int64_t *symbols; /* @24 the free dims, in the order of the metadata, within their bounds */
  dldt_team *team;        /* @32 NULL: one thread */
  uint64_t *profile;      /* @40 NULL, or one slot a kernel */
} dldt_request;

/* Run the model; 0 is success. With a pool of n threads, n - 1 threads must be in dldt_worker, or get there soon. */
int32_t dldt_run(dldt_request *request);

/* The life of worker `index` (1 .. threads - 1): waits for runs and takes part in them; returns after dldt_stop. A new
 * worker may only join a pool that has run nothing yet. */
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
