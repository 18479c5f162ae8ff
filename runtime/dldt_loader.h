/* A small host for compiled models: checks the file before any of its code is mapped, keeps the threads. */
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

/* The dims of all outputs for these free dims, one output after the other. */
void dldt_model_output_shapes(const dldt_model *model, const int64_t *symbols, int64_t *dims);

/* Run once: arrays in the order of the metadata, `symbols` may be NULL for a model without free dims. 0 is success, -1
 * no memory, -2 dims in `symbols` that are too small for this model: some tensor would be empty. One run at a time:
 * callers on several threads wait for each other. */
int dldt_model_run(dldt_model *model, void **inputs, void **outputs, const int64_t *symbols);

/* End the threads and unmap the code; NULL is allowed. */
void dldt_model_close(dldt_model *model);

#ifdef __cplusplus
}
#endif

#endif
