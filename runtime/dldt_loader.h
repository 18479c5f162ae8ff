/* A small host for compiled models: checks the file before any of its code is mapped, keeps the threads and the memory. */
#ifndef DLDT_LOADER_H
#define DLDT_LOADER_H

#include <stddef.h>

#include "dldt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dldt_model dldt_model;

/* Open the artifact at `path` for `threads` threads (at least 1). NULL when it is refused: `error` then holds the reason
 * as a sentence, cut at `size` bytes. Hashes are not checked here (the Python runtime does it). */
dldt_model *dldt_model_open(const char *path, int threads, char *error, size_t size);

/* The model's metadata: JSON, ending with a zero byte, valid until the model is closed. */
const char *dldt_model_metadata(const dldt_model *model);

/* The dims of all outputs for these free dims, one output after the other; -1 for a dim that the run finds. */
void dldt_model_output_shapes(const dldt_model *model, const int64_t *symbols, int64_t *dims);

/* Run once: arrays in the order of the metadata, `symbols` may be NULL for a model without free dims. An output whose
 * shape the run finds is not given but taken: outputs[k] is set to its address, valid until the next run. 0 is success;
 * any other answer is one of dldt.h, such as DLDT_NO_MEMORY, and dldt_model_error says more. One run at a time: callers
 * on several threads wait for each other. */
int dldt_model_run(dldt_model *model, void **inputs, void **outputs, const int64_t *symbols);

/* Why the last run ended early, as a sentence. Valid until the next run. */
const char *dldt_model_error(const dldt_model *model);

/* The dims of all outputs of the last run, one output after the other. Valid until the next run. */
const int64_t *dldt_model_output_dims(const dldt_model *model);

/* End the run in progress, from any thread: before its next kernel it answers DLDT_CANCELLED. */
void dldt_model_cancel(dldt_model *model);

/* The seconds that each run from the next one on may take, 0 for any number. */
void dldt_model_set_deadline(dldt_model *model, double seconds);

/* The most bytes that the model may hold for its runs, 0 for any number. What it holds already stays. */
void dldt_model_limit_memory(dldt_model *model, int64_t bytes);

/* The bytes that the model holds for its runs, and keeps between them. */
int64_t dldt_model_memory(dldt_model *model);

/* Give this memory back, but for that of state variables; the next run asks for it again. */
void dldt_model_release_memory(dldt_model *model);

/* The number of the state variable with this name (UTF-8), -1 without one. */
int dldt_model_find_state(const dldt_model *model, const char *name);

/* What a state variable holds, valid until the next run, and its dims, of which there is room for all; NULL where no run
 * has assigned it. An empty array has an address too. */
const void *dldt_model_state(dldt_model *model, int state, int64_t *dims);

/* Let a state variable hold a copy of a dense array with these dims. 0 is success, DLDT_NO_MEMORY the only failure. */
int dldt_model_set_state(dldt_model *model, int state, const void *data, const int64_t *dims);

/* Forget the state: the next run starts with the first values of all variables. */
void dldt_model_reset(dldt_model *model);

/* End the threads and unmap the code; NULL is allowed. No run may be in progress. */
void dldt_model_close(dldt_model *model);

#ifdef __cplusplus
}
#endif

#endif
