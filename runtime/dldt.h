/* The interface of a compiled model (artifact ABI 3).
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
#define DLDT_ABI_MAJOR 3
#define DLDT_ABI_MINOR 0
#define DLDT_ARENA_ALIGNMENT 64
#define DLDT_SPIN_DEFAULT 2000 /* what 0 in `spin` stands for */
#define DLDT_SPIN_CROWDED 20   /* better where there are more threads than processors */

struct dldt_request;

/* The thread pool: the threads that work on one run at a time. 256 bytes, 64-byte aligned, zeroed by the host, which then
 * sets `threads` and, if it likes, `spin`. The rest belongs to the artifact. */
typedef struct dldt_thread_pool {
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
  int64_t work;             /* @56 scalar operations of the inference that usual is of */
  uint32_t arrived;         /* @64 barrier: how many threads are there */
  uint32_t reserved_2[15];  /* @68 */
  uint32_t phase;           /* @128 barrier: futex word */
  uint32_t waiting;         /* @132 threads asleep on phase */
  uint32_t reserved_3[14];  /* @136 */
  uint32_t budget;          /* @192 turns that a waiting loop may take inside a run, as learnt */
  uint32_t reserved_4[15];  /* @196 */
} dldt_thread_pool;

/* A buffer of the host's for tensors whose size is found while the model runs. Zeroed at first; the host keeps it between
 * runs, and may free it and zero the slot between two of them. */
typedef struct dldt_slot {
  void *data;   /* @0 64-byte aligned, NULL where there is none */
  int64_t size; /* @8 bytes at data */
} dldt_slot;

/* Give a slot at least so many bytes, the first `kept` of which stay as they are. 0 is success; any other answer means
 * that there is no memory, and ends the run. It is called by the thread that called dldt_run. */
typedef int32_t dldt_grow_function(struct dldt_request *request, int32_t slot, int64_t bytes, int64_t kept);

/* One inference: zeroed, then filled in. Arrays are dense, in row-major order, and aligned to their element; none overlaps
 * another. The arena is 64-byte aligned: dldt_arena_size(dims) bytes rounded up to a multiple of 64, then the metadata's
 * "scratch" bytes for each thread; its content need not be kept between runs. */
typedef struct dldt_request {
  void **inputs;             /* @0 in the order of the metadata */
  void **outputs;            /* @8 in the order of the metadata; the run sets those whose shape it finds */
  void *arena;               /* @16 room for the tensors inside the model, then for the scratch of each thread */
  int64_t *dims;             /* @24 the free dims in the order of the metadata, then room for those found */
  dldt_thread_pool *pool;    /* @32 NULL: one thread */
  uint64_t *profile;         /* @40 NULL, or one slot a kernel */
  int64_t *output_dims;      /* @48 NULL, or the run writes the dims of all outputs, one after the other */
  dldt_slot *slots;          /* @56 as many as the metadata says */
  dldt_grow_function *grow;  /* @64 gives a slot at least so many bytes, the first of which it keeps */
  void *host;                /* @72 anything of the host's */
  int64_t *states;           /* @80 of each state variable: whether it is set, then its dims */
  uint32_t cancel;           /* @88 any thread may set it to 1 while the model runs */
  uint32_t stop[2];          /* @92 why the run ends early, after an even or odd number of barriers */
  uint32_t asked;            /* @100 when the clock was asked last, in ticks */
  int64_t deadline;          /* @104 nanoseconds of CLOCK_MONOTONIC, 0: none */
  int64_t detail[4];         /* @112 of an error */
} dldt_request;

/* What dldt_run answers where a run ends early. */
#define DLDT_CANCELLED 1
#define DLDT_DEADLINE_PASSED 2
#define DLDT_NO_MEMORY 3 /* detail: the slot, the bytes */
#define DLDT_CONDITION 4 /* detail: the number of the condition, the values of both sides */

/* Run the model; 0 is success. With a pool of n threads, n - 1 threads must be in dldt_worker, or get there soon. */
int32_t dldt_run(dldt_request *request);

/* The life of worker `index` (1 .. threads - 1): waits for runs and takes part in them; returns after dldt_stop. A new
 * worker may only join a pool that has run nothing yet. */
void dldt_worker(dldt_thread_pool *team, int32_t index);

/* Make the workers return; no run may be in progress, and none may follow. */
void dldt_stop(dldt_thread_pool *pool);

/* Bytes of arena that a run with these free dims needs, without the threads' scratch; -1 where a condition on them does not
 * hold, and the model must not be run. `detail` is NULL, or gets three numbers then: the number of the condition in the
 * metadata's "conditions", and the values of both sides. */
int64_t dldt_arena_size(const int64_t *dims, int64_t *detail);

/* The dims of all outputs for these free dims, one output after the other; -1 for a dim that the run finds. */
void dldt_output_shapes(const int64_t *dims, int64_t *shapes);

/* What the model is, as JSON that ends with a zero byte: inputs, outputs, free dims, processor features needed. Behind
 * it lies what no host needs, the list of the model's steps. */
extern const char dldt_metadata[];

#ifdef __cplusplus
}
#endif

#endif
