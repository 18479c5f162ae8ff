/* See dldt_loader.h. Build: cc -c dldt_loader.c, and link with -lpthread where the C library still needs it. */
#define _GNU_SOURCE
#include "dldt_loader.h"
#include "dldt_json.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define HOST_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#else
#error "dldt makes code for x86-64 and aarch64"
#endif

/* The body of the note, as written by the linker (runtime/note.py); all fields are naturally aligned. */
typedef struct note_body {
  uint32_t abi_major, abi_minor, machine, reserved;
  uint64_t file_size, metadata_offset, metadata_size, code_offset, weights_offset, weights_size;
  uint64_t run, worker, stop, arena_size, output_shapes;
  unsigned char hashes[3][32];
} note_body;

typedef struct worker {
  dldt_model *model;
  int index;
  pthread_t thread;
} worker;

/* A state variable: its value lies in a slot; at `word` of the table of states begin whether it is set, and its dims. */
typedef struct state {
  char *name;
  int slot, rank, word;
  int64_t item; /* bytes of an element */
} state;

struct dldt_model {
  char *image; /* the file in memory */
  size_t size;
  dldt_request request;
  int64_t arena_size, scratch, limit;
  double deadline; /* in seconds */
  int symbol_count, slot_count, state_count;
  state *states;
  int64_t *output_dims;
  char error[1024];
  dldt_thread_pool *pool;
  worker *workers;
  int started;
  pthread_mutex_t lock;
  int32_t (*run)(dldt_request *);
  void (*work)(dldt_thread_pool *, int32_t);
  void (*stop)(dldt_thread_pool *);
  int64_t (*needs)(const int64_t *, int64_t *);
  void (*shapes)(const int64_t *, int64_t *);
  const char *metadata;
};

/* LLVM's names of processor features where the kernel's differ. */
static const char *const FEATURES[][2] = {
#if defined(__x86_64__)
    {"sse3", "pni"},
    {"sse4.1", "sse4_1"},
    {"sse4.2", "sse4_2"},
    {"bmi", "bmi1"},
    {"lzcnt", "abm"},
    {"avx512vnni", "avx512_vnni"},
    {"avx512bf16", "avx512_bf16"},
    {"avx512fp16", "avx512_fp16"},
    {"avx512vbmi2", "avx512_vbmi2"},
    {"avx512bitalg", "avx512_bitalg"},
    {"avx512vpopcntdq", "avx512_vpopcntdq"},
    {"avxvnni", "avx_vnni"},
#else
    {"neon", "asimd"},
    {"fullfp16", "asimdhp"},
    {"dotprod", "asimddp"},
    {"lse", "atomics"},
#endif
    {NULL, NULL}};

static int refuse(char *error, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (error != NULL && size > 0) vsnprintf(error, size, format, arguments);
  va_end(arguments);
  return 0;
}

static int read_at(int file, void *to, size_t size, off_t offset) {
  return pread(file, to, size, offset) == (ssize_t)size;
}

/* Whether the kernel lists `name` among the flags that it has enabled for the first processor. */
static int has_flag(const char *name) {
  char word[64];
  size_t length = 0;
  int found = 0, in_flags = 0, c;
  FILE *file = fopen("/proc/cpuinfo", "r");
  if (file == NULL) return 0;
  while (!found && (c = fgetc(file)) != EOF) {
    if (c != ' ' && c != '\t' && c != ':' && c != '\n') {
      if (length + 1 < sizeof word) word[length++] = (char)c;
      continue;
    }
    word[length] = 0;
    if (in_flags) found = strcmp(word, name) == 0;
    if (strcmp(word, "flags") == 0 || strcmp(word, "Features") == 0) in_flags = 1;
    if (c == '\n' && in_flags) break;
    length = 0;
  }
  found = found || (in_flags && strcmp(word, name) == 0);
  fclose(file);
  return found;
}

static int has_feature(const char *name) {
  for (int i = 0; FEATURES[i][0] != NULL; i++)
    if (strcmp(FEATURES[i][0], name) == 0) return has_flag(FEATURES[i][1]);
  return has_flag(name);
}

/* The linker writes JSON without spaces, and a quote inside a JSON text is escaped: the search cannot be fooled. */
static int check_features(const char *metadata, const char *path, char *error, size_t size) {
  char name[64];
  const char *at = strstr(metadata, "\"features\":[");
  if (at == NULL) return refuse(error, size, "%s is damaged: its metadata lists no features", path);
  for (at += strlen("\"features\":["); *at == '"' || *at == ',';) {
    const char *start = at + (*at == ',' ? 2 : 1), *end = strchr(start, '"');
    if (end == NULL || (size_t)(end - start) >= sizeof name)
      return refuse(error, size, "%s is damaged: its metadata lists a wrong feature", path);
    memcpy(name, start, (size_t)(end - start));
    name[end - start] = 0;
    if (!has_feature(name))
      return refuse(error, size, "%s needs %s, which this processor or its system lacks; compile the model for it", path,
                    name);
    at = end + 1;
  }
  return 1;
}

static int check_note(const note_body *note, off_t actual, const char *path, char *error, size_t size) {
  if (note->abi_major != DLDT_ABI_MAJOR)
    return refuse(error, size, "%s has artifact ABI %u, this host runs ABI %d; compile the model again", path,
                  note->abi_major, DLDT_ABI_MAJOR);
  if ((uint64_t)actual < note->file_size)
    return refuse(error, size, "%s is truncated: it has %lld of %llu bytes; copy it again", path, (long long)actual,
                  (unsigned long long)note->file_size);
  if ((uint64_t)actual > note->file_size)
    return refuse(error, size, "%s has bytes after its end; copy it again", path);
  if (note->metadata_size > (1u << 28) || note->metadata_offset > note->code_offset ||
      note->metadata_size > note->code_offset - note->metadata_offset || note->code_offset > note->weights_offset ||
      note->weights_offset > note->file_size || note->weights_size != note->file_size - note->weights_offset)
    return refuse(error, size, "%s is damaged: the sizes in its header contradict each other", path);
  return 1;
}

/* What the host must know of the file: its note, and where its code lies. */
typedef struct parts {
  note_body note;
  uint64_t code, code_size;
} parts;

/* 1 when found; 0 when the file ends too early or is not of dldt. */
static int find_parts(int file, const Elf64_Ehdr *header, parts *found) {
  int noted = 0;
  for (int i = 0; i < header->e_phnum && i < 64; i++) {
    Elf64_Phdr program;
    char packed[20 + sizeof(note_body)];
    Elf64_Nhdr head;
    if (!read_at(file, &program, sizeof program, (off_t)(header->e_phoff + (uint64_t)i * sizeof program))) return 0;
    if (program.p_type == PT_LOAD && program.p_flags & PF_X) {
      found->code = program.p_offset;
      found->code_size = program.p_filesz;
    }
    if (program.p_type != PT_NOTE || program.p_filesz < 28) continue;
    memset(packed, 0, sizeof packed);
    size_t size = program.p_filesz < sizeof packed ? (size_t)program.p_filesz : sizeof packed;
    if (!read_at(file, packed, size, (off_t)program.p_offset)) return 0;
    memcpy(&head, packed, sizeof head);
    if (head.n_namesz != 5 || memcmp(packed + 12, "DLDT\0\0\0\0", 8) != 0) continue;
    memcpy(&found->note, packed + 20, sizeof found->note);
    noted = 1;
  }
  return noted;
}

/* Everything that can be known without running code. */
static int check_file(int file, parts *found, const char *path, char *error, size_t size) {
  struct stat status;
  Elf64_Ehdr header;
  const note_body *note = &found->note;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return refuse(error, size, "%s is not a regular file", path);
  if (!read_at(file, &header, sizeof header, 0) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return refuse(error, size, "%s is not an artifact: it is no ELF file", path);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return refuse(error, size, "%s is not an artifact: it is no 64-bit little-endian shared library", path);
  if (!find_parts(file, &header, found))
    return refuse(error, size, "%s is truncated, or a shared library that is not of dldt: it has no DLDT note", path);
  if (!check_note(note, status.st_size, path, error, size)) return 0;
  const uint64_t entries[] = {note->run, note->worker, note->stop, note->arena_size, note->output_shapes};
  int good = found->code <= note->file_size && found->code_size <= note->file_size - found->code;
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
    good = good && entries[i] >= found->code && entries[i] - found->code < found->code_size;
  if (!good) return refuse(error, size, "%s is damaged: its functions lie outside its code", path);
  if (header.e_machine != HOST_MACHINE || note->machine != HOST_MACHINE)
    return refuse(error, size, "%s is for another architecture; compile the model for this one", path);
  char *metadata = calloc(1, note->metadata_size + 1);
  if (metadata == NULL) return refuse(error, size, "no memory");
  good = read_at(file, metadata, note->metadata_size + 1, (off_t)note->metadata_offset);
  if (!good) refuse(error, size, "cannot read %s", path);
  if (good && metadata[note->metadata_size] != 0) good = refuse(error, size, "%s is damaged: its metadata has no end", path);
  good = good && check_features(metadata, path, error, size);
  free(metadata);
  return good;
}

static void *work(void *argument) {
  worker *self = argument;
  self->model->work(self->model->pool, self->index);
  return NULL;
}

static int start(dldt_model *model, int threads, char *error, size_t size) {
  if (threads <= 1) return 1;
  model->workers = calloc((size_t)threads, sizeof *model->workers);
  if (model->workers == NULL || posix_memalign((void **)&model->pool, 64, sizeof *model->pool) != 0)
    return refuse(error, size, "no memory");
  memset(model->pool, 0, sizeof *model->pool);
  cpu_set_t set;
  int processors = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  model->pool->spin = threads > processors ? DLDT_SPIN_CROWDED : 0;
  for (int i = 1; i < threads; i++) {
    worker *one = &model->workers[i - 1];
    one->model = model;
    one->index = i;
    if (pthread_create(&one->thread, NULL, work, one) != 0) break;
    model->started++;
  }
  model->pool->threads = (uint32_t)(1 + model->started);
  return 1;
}

/* The file is its own image in memory: it needs no loader, nothing in it is adjusted. */
static int map(dldt_model *model, int file, const parts *found, const char *path, char *error, size_t size) {
  const note_body *note = &found->note;
  char *image = mmap(NULL, note->file_size, PROT_READ, MAP_PRIVATE, file, 0);
  if (image == MAP_FAILED) return refuse(error, size, "cannot map %s into memory: %s", path, strerror(errno));
  model->image = image;
  model->size = note->file_size;
  if (mprotect(image + found->code, found->code_size, PROT_READ | PROT_EXEC) != 0)
    return refuse(error, size, "the system does not let %s be executed: %s", path, strerror(errno));
  const struct {
    uint64_t from;
    void *to;
  } functions[] = {{note->run, &model->run},
                   {note->worker, &model->work},
                   {note->stop, &model->stop},
                   {note->arena_size, &model->needs},
                   {note->output_shapes, &model->shapes}};
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    void *address = image + functions[i].from;
    memcpy(functions[i].to, &address, sizeof address);
  }
  model->metadata = image + note->metadata_offset;
  return 1;
}

/* Bytes of an element, by the digits of its type's name: "f32", "bf16", "boolean". */
static int64_t item_size(const char *dtype) {
  if (dtype == NULL) return 0;
  for (dtype++; *dtype >= 'a' && *dtype <= 'z';) dtype++;
  return *dtype == '"' ? 1 : number(dtype) / 8;
}

/* Called by the artifact: see dldt_grow_function. */
static int32_t grow(dldt_request *request, int32_t slot, int64_t bytes, int64_t kept) {
  dldt_model *model = request->host;
  dldt_slot *own = &request->slots[slot];
  if (bytes <= own->size) return 0;
  if (bytes > INT64_MAX - DLDT_ARENA_ALIGNMENT) return 1;
  int64_t size = (bytes + DLDT_ARENA_ALIGNMENT - 1) / DLDT_ARENA_ALIGNMENT * DLDT_ARENA_ALIGNMENT;
  int64_t held = model->arena_size - own->size;
  for (int i = 0; i < model->slot_count; i++) held += request->slots[i].size;
  if (model->limit > 0 && (size > model->limit || held > model->limit - size)) return 1;
  void *data = NULL;
  if (posix_memalign(&data, DLDT_ARENA_ALIGNMENT, (size_t)size) != 0) return 1;
  if (kept > 0) memcpy(data, own->data, (size_t)(kept < own->size ? kept : own->size));
  free(own->data);
  own->data = data;
  own->size = size;
  return 0;
}

static int read_states(dldt_model *model, const char *list) {
  int words = 0, count = count_of(list);
  model->states = calloc((size_t)count + 1, sizeof *model->states);
  if (model->states == NULL) return 0;
  for (const char *at = first_of(list); at != NULL; at = next_of(at)) {
    state *one = &model->states[model->state_count];
    int64_t slot = number(member(at, "slot"));
    *one = (state){text(member(at, "name")), (int)slot, count_of(member(at, "shape")), words, 0};
    one->item = item_size(member(at, "dtype"));
    words += 1 + one->rank;
    model->state_count++;
    if (one->name == NULL || slot < 0 || slot >= model->slot_count || one->item < 1) return 0;
  }
  model->request.states = calloc((size_t)words + 1, sizeof(int64_t));
  return model->request.states != NULL;
}

/* What a request of this model needs, as the metadata tells. */
static int prepare(dldt_model *model, const char *path, char *error, size_t size) {
  const char *metadata = model->metadata, *outputs = member(metadata, "outputs");
  dldt_request *request = &model->request;
  model->scratch = number(member(metadata, "scratch"));
  model->symbol_count = count_of(member(metadata, "symbols"));
  int64_t dims = number(member(metadata, "dims")), slots = number(member(metadata, "slots")), output_dims = 0;
  if (dims < model->symbol_count) dims = model->symbol_count;
  if (dims > 1 << 20 || slots < 0 || slots > 1 << 20)
    return refuse(error, size, "%s is damaged: its metadata counts too many dims or slots", path);
  for (const char *at = first_of(outputs); at != NULL; at = next_of(at)) output_dims += count_of(member(at, "shape"));
  model->slot_count = (int)slots;
  request->host = model;
  request->grow = grow;
  request->dims = calloc((size_t)dims + 1, sizeof(int64_t));
  request->slots = calloc((size_t)slots + 1, sizeof(dldt_slot));
  model->output_dims = calloc((size_t)output_dims + 1, sizeof(int64_t));
  if (request->dims == NULL || request->slots == NULL || model->output_dims == NULL)
    return refuse(error, size, "no memory");
  if (dims > model->symbol_count) request->output_dims = model->output_dims;
  return read_states(model, member(metadata, "states")) || refuse(error, size, "%s has states that are damaged", path);
}

dldt_model *dldt_model_open(const char *path, int threads, char *error, size_t size) {
  parts found = {0};
  int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) {
    refuse(error, size, "cannot open %s: %s", path, strerror(errno));
    return NULL;
  }
  dldt_model *model = calloc(1, sizeof *model);
  if (model == NULL) refuse(error, size, "no memory");
  int good = model != NULL && check_file(file, &found, path, error, size) &&
             map(model, file, &found, path, error, size);
  close(file);
  if (model == NULL) return NULL;
  pthread_mutex_init(&model->lock, NULL);
  if (!good || !prepare(model, path, error, size) || !start(model, threads, error, size)) {
    dldt_model_close(model);
    return NULL;
  }
  return model;
}

const char *dldt_model_metadata(const dldt_model *model) { return model->metadata; }

void dldt_model_output_shapes(const dldt_model *model, const int64_t *symbols, int64_t *dims) {
  model->shapes(symbols, dims);
}

const char *dldt_model_error(const dldt_model *model) { return model->error; }

const int64_t *dldt_model_output_dims(const dldt_model *model) { return model->output_dims; }

static int is_state(const dldt_model *model, int slot) {
  for (int i = 0; i < model->state_count; i++)
    if (model->states[i].slot == slot) return 1;
  return 0;
}

static void release_slots(dldt_model *model) {
  for (int i = 0; i < model->slot_count; i++) {
    if (is_state(model, i)) continue;
    free(model->request.slots[i].data);
    model->request.slots[i] = (dldt_slot){NULL, 0};
  }
}

/* Say why the run ended early, and answer it. */
static int explain(dldt_model *model, int status) {
  const int64_t *detail = model->request.detail;
  const long long left = detail[1], right = detail[2];
  const char *condition = first_of(member(model->metadata, "conditions"));
  model->error[0] = 0;
  if (status == DLDT_CANCELLED) refuse(model->error, sizeof model->error, "the run was cancelled");
  if (status == DLDT_DEADLINE_PASSED) refuse(model->error, sizeof model->error, "the run's deadline has passed");
  if (status == DLDT_NO_MEMORY) refuse(model->error, sizeof model->error, "no memory for %lld bytes", left);
  if (status != DLDT_CONDITION) return status;
  for (int64_t i = 0; i < detail[0] && condition != NULL; i++) condition = next_of(condition);
  char *sentence = text(condition);
  refuse(model->error, sizeof model->error, "%s, but they are %lld and %lld",
         sentence != NULL ? sentence : "a condition does not hold", left, right);
  free(sentence);
  return status;
}

static int fit_arena(dldt_model *model) {
  dldt_request *request = &model->request;
  int64_t needed = model->needs(request->dims, request->detail);
  if (needed < 0) return DLDT_CONDITION;
  int64_t size = (needed + DLDT_ARENA_ALIGNMENT - 1) / DLDT_ARENA_ALIGNMENT * DLDT_ARENA_ALIGNMENT +
                 model->scratch * (1 + model->started);
  if (request->arena != NULL && size <= model->arena_size) return 0;
  int64_t held = 0;
  for (int i = 0; i < model->slot_count; i++) held += request->slots[i].size;
  free(request->arena);
  request->arena = NULL;
  model->arena_size = 0;
  request->detail[1] = size;
  if (model->limit > 0 && (size > model->limit || held > model->limit - size)) return DLDT_NO_MEMORY;
  if (posix_memalign(&request->arena, DLDT_ARENA_ALIGNMENT, (size_t)size + DLDT_ARENA_ALIGNMENT) != 0) {
    request->arena = NULL;
    return DLDT_NO_MEMORY;
  }
  model->arena_size = size;
  return 0;
}

int dldt_model_run(dldt_model *model, void **inputs, void **outputs, const int64_t *symbols) {
  dldt_request *request = &model->request;
  pthread_mutex_lock(&model->lock);
  __atomic_store_n(&request->cancel, 0, __ATOMIC_RELAXED);
  if (symbols != NULL) memcpy(request->dims, symbols, (size_t)model->symbol_count * sizeof(int64_t));
  int status = fit_arena(model);
  if (status == 0) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t allowed = (int64_t)(model->deadline * 1e9);
    request->deadline = allowed > 0 ? (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + allowed : 0;
    request->inputs = inputs;
    request->outputs = outputs;
    request->pool = model->started > 0 ? model->pool : NULL;
    status = model->run(request);
  }
  if (status == 0 && request->output_dims == NULL) model->shapes(request->dims, model->output_dims);
  explain(model, status);
  if (status == DLDT_NO_MEMORY) release_slots(model); /* it must not stand in the way of smaller sizes */
  pthread_mutex_unlock(&model->lock);
  return status;
}

void dldt_model_cancel(dldt_model *model) { __atomic_store_n(&model->request.cancel, 1, __ATOMIC_RELAXED); }

void dldt_model_set_deadline(dldt_model *model, double seconds) {
  pthread_mutex_lock(&model->lock);
  model->deadline = seconds > 0 && seconds < 1e9 ? seconds : 0;
  pthread_mutex_unlock(&model->lock);
}

void dldt_model_limit_memory(dldt_model *model, int64_t bytes) {
  pthread_mutex_lock(&model->lock);
  model->limit = bytes;
  pthread_mutex_unlock(&model->lock);
}

int64_t dldt_model_memory(dldt_model *model) {
  pthread_mutex_lock(&model->lock);
  int64_t held = model->arena_size;
  for (int i = 0; i < model->slot_count; i++) held += model->request.slots[i].size;
  pthread_mutex_unlock(&model->lock);
  return held;
}

void dldt_model_release_memory(dldt_model *model) {
  pthread_mutex_lock(&model->lock);
  free(model->request.arena);
  model->request.arena = NULL;
  model->arena_size = 0;
  release_slots(model);
  pthread_mutex_unlock(&model->lock);
}

int dldt_model_find_state(const dldt_model *model, const char *name) {
  for (int i = 0; i < model->state_count; i++)
    if (strcmp(model->states[i].name, name) == 0) return i;
  return -1;
}

const void *dldt_model_state(dldt_model *model, int state, int64_t *dims) {
  static const int64_t none = 0;
  pthread_mutex_lock(&model->lock);
  const int64_t *words = model->request.states + model->states[state].word;
  const void *data = model->request.slots[model->states[state].slot].data;
  memcpy(dims, words + 1, (size_t)model->states[state].rank * sizeof(int64_t));
  data = words[0] == 0 ? NULL : data == NULL ? &none : data;
  pthread_mutex_unlock(&model->lock);
  return data;
}

int dldt_model_set_state(dldt_model *model, int state, const void *data, const int64_t *dims) {
  pthread_mutex_lock(&model->lock);
  int64_t *words = model->request.states + model->states[state].word, bytes = model->states[state].item;
  int known = 1;
  for (int i = 0; i < model->states[state].rank; i++) known &= !__builtin_mul_overflow(bytes, dims[i], &bytes);
  words[0] = 0;
  int status = known && grow(&model->request, model->states[state].slot, bytes, 0) == 0 ? 0 : DLDT_NO_MEMORY;
  if (status == 0) {
    if (bytes > 0) memcpy(model->request.slots[model->states[state].slot].data, data, (size_t)bytes);
    memcpy(words + 1, dims, (size_t)model->states[state].rank * sizeof(int64_t));
    words[0] = 1;
  }
  pthread_mutex_unlock(&model->lock);
  return status;
}

void dldt_model_reset(dldt_model *model) {
  pthread_mutex_lock(&model->lock);
  for (int i = 0; i < model->state_count; i++) model->request.states[model->states[i].word] = 0;
  pthread_mutex_unlock(&model->lock);
}

void dldt_model_close(dldt_model *model) {
  if (model == NULL) return;
  if (model->started > 0) model->stop(model->pool);
  for (int i = 0; i < model->started; i++) pthread_join(model->workers[i].thread, NULL);
  if (model->image != NULL) munmap(model->image, model->size);
  pthread_mutex_destroy(&model->lock);
  for (int i = 0; i < model->slot_count && model->request.slots != NULL; i++) free(model->request.slots[i].data);
  for (int i = 0; i < model->state_count; i++) free(model->states[i].name);
  free(model->states);
  free(model->request.slots);
  free(model->request.states);
  free(model->request.dims);
  free(model->request.arena);
  free(model->output_dims);
  free(model->workers);
  free(model->pool);
  free(model);
}
