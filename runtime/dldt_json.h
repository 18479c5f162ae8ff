/* Reading the metadata of an artifact: JSON as the linker writes it, without spaces. A part of dldt_loader.c. */
#ifndef DLDT_JSON_H
#define DLDT_JSON_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The end of the text that starts here. */
static const char *skip_text(const char *at) {
  for (at++; *at != 0 && *at != '"'; at++)
    if (*at == '\\' && at[1] != 0) at++;
  return *at == '"' ? at + 1 : at;
}

/* The end of the value, or of the member with its value, that starts here. */
static const char *skip_value(const char *at) {
  int depth = 0;
  while (*at != 0 && (depth > 0 || (*at != ',' && *at != ']' && *at != '}'))) {
    depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
    at = *at == '"' ? skip_text(at) : at + 1;
  }
  return at;
}

/* The value of a member of the object that starts here; NULL without one. */
static const char *member(const char *at, const char *name) {
  size_t length = strlen(name);
  if (at == NULL || *at != '{') return NULL;
  for (at++; *at == '"'; at += *at == ',') {
    if (strncmp(at + 1, name, length) == 0 && strncmp(at + 1 + length, "\":", 2) == 0) return at + length + 3;
    at = skip_value(at);
  }
  return NULL;
}

static const char *first_of(const char *list) {
  return list != NULL && *list == '[' && list[1] != ']' ? list + 1 : NULL;
}

static const char *next_of(const char *at) {
  at = skip_value(at);
  return *at == ',' ? at + 1 : NULL;
}

static int count_of(const char *list) {
  int count = 0;
  for (const char *at = first_of(list); at != NULL; at = next_of(at)) count++;
  return count;
}

static int64_t number(const char *at) { return at == NULL ? 0 : strtoll(at, NULL, 10); }

static unsigned unit(const char *at) {
  char digits[5] = {0};
  for (int i = 0; i < 4 && at[i] != 0; i++) digits[i] = at[i];
  return (unsigned)strtoul(digits, NULL, 16);
}

/* Write a character in UTF-8; the bytes that it takes. */
static int encode(unsigned code, char *to) {
  if (code < 0x80) return to[0] = (char)code, 1;
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  to[0] = (char)((0xF0 << (3 - more)) | (code >> (6 * more)));
  for (int i = 1; i <= more; i++) to[i] = (char)(0x80 | ((code >> (6 * (more - i))) & 0x3F));
  return more + 1;
}

/* The text that starts here, in memory of its own; NULL where there is none, or no memory. */
static char *text(const char *at) {
  if (at == NULL || *at != '"') return NULL;
  const char *end = skip_text(at);
  char *made = malloc((size_t)(end - at) + 1), *to = made; /* an escape is longer than what it stands for */
  if (made == NULL) return NULL;
  for (at++; at < end && *at != '"'; at++) {
    if (*at != '\\') {
      *to++ = *at;
      continue;
    }
    static const char FROM[] = "bfnrt", TO[] = "\b\f\n\r\t";
    const char *plain = strchr(FROM, *++at);
    unsigned code = plain != NULL && *at != 0 ? (unsigned)TO[plain - FROM] : (unsigned char)*at;
    if (*at == 'u' && end - at > 5) {
      code = unit(at + 1);
      at += 4;
      if (code >= 0xD800 && code < 0xDC00 && end - at > 7 && at[1] == '\\' && at[2] == 'u') {
        code = 0x10000 + ((code - 0xD800) << 10) + ((unit(at + 3) - 0xDC00) & 0x3FF);
        at += 6;
      }
    }
    to += encode(code, to);
  }
  *to = 0;
  return made;
}

#endif
