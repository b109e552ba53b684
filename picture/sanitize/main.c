// Decodes JPEGs that are wrong in some bits, for a sanitizer to watch, and
// compares what the package's reader of scans gives with what libjpeg alone
// does: the tables of one file must not show in the next.
//
//   sanitize TIME FILE…    (TIME is 30s, 10m or 1h)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../jpeg.h"

enum { LARGEST = 1 << 20, MOST_PIXELS = 1 << 18, MOST_MEMORY = 32 << 20 };

typedef struct {
  uint8_t* data;
  size_t length;
} file;

static uint64_t state = 88172645463325252u;

// xorshift64 (Marsaglia 2003).
static uint64_t below(uint64_t n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state % n;
}

static file read_file(const char* path) {
  FILE* in = fopen(path, "rb");
  if (!in) {
    perror(path);
    exit(2);
  }
  file f = {malloc(LARGEST), 0};
  f.length = fread(f.data, 1, LARGEST, in);
  fclose(in);
  return f;
}

// mutated returns a copy of a file, of just its length, with some bits turned,
// bytes set to what means something, and the end or a part cut out.
static file mutated(file from) {
  static const uint8_t telling[] = {0,    1,    0x7f, 0x80, 0xc4,
                                    0xd0, 0xd9, 0xda, 0xff};
  size_t length = below(4) ? from.length : 1 + below(from.length);
  file f = {malloc(length), length};
  memcpy(f.data, from.data, length);
  for (uint64_t i = below(8); i-- > 0;) {
    size_t at = below(below(2) ? length : length < 700 ? length : 700);
    if (below(2))
      f.data[at] ^= (uint8_t)(1 << below(8));
    else
      f.data[at] = telling[below(sizeof telling)];
  }
  if (below(6) == 0 && length > 2) {
    size_t from_at = below(length - 1), cut = 1 + below(length - from_at - 1);
    memmove(f.data + from_at, f.data + from_at + cut, length - from_at - cut);
    f.length -= cut;
  }
  return f;
}

static int decode(file f, int eighths, sp_jpeg_header h, uint8_t* pixels,
                  sp_tables* tables) {
  char message[SP_MESSAGE];
  int32_t stop = 0;
  uint8_t* room = tables ? malloc(sp_jpeg_room(f.length)) : NULL;
  memset(pixels, 1, (size_t)h.width * h.height * 3);
  int status = sp_jpeg_decode(f.data, f.length, eighths, 0, h.width, h.height,
                              pixels, tables, room, &stop, message);
  free(room);
  return status;
}

// try decodes a file both ways and returns 0 if they differ.
static int try(file f, int eighths, sp_tables* tables) {
  char message[SP_MESSAGE];
  sp_jpeg_header h;
  if (sp_jpeg_read_header(f.data, f.length, eighths, 0, &h, message)) return 1;
  if ((uint64_t)h.width * h.height > MOST_PIXELS || h.memory > MOST_MEMORY)
    return 1;
  size_t bytes = (size_t)h.width * h.height * 3;
  uint8_t *fast = malloc(bytes), *plain = malloc(bytes);
  int one = decode(f, eighths, h, fast, tables);
  int same = 1;
  if (one != SP_UNUSUAL) {
    int other = decode(f, eighths, h, plain, NULL);
    same = one == other && (one || memcmp(fast, plain, bytes) == 0);
  }
  free(fast);
  free(plain);
  return same;
}

// seconds reads a time such as 10m.
static time_t seconds(const char* text) {
  char* unit;
  long n = strtol(text, &unit, 10);
  return n * (*unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1);
}

int main(int count, char** arguments) {
  if (count < 3) {
    fprintf(stderr, "usage: sanitize TIME FILE...\n");
    return 2;
  }
  int files = count - 2;
  file* seeds = malloc(sizeof(file) * (size_t)files);
  for (int i = 0; i < files; i++) seeds[i] = read_file(arguments[i + 2]);
  sp_tables* tables = calloc(1, sizeof *tables);
  time_t end = time(NULL) + seconds(arguments[1]);
  uint64_t tries = 0;
  do {
    file f = mutated(seeds[below((uint64_t)files)]);
    if (!try(f, 1 << below(4), tables)) {
      FILE* out = fopen("differs.jpg", "wb");
      if (out) fwrite(f.data, 1, f.length, out);
      fprintf(stderr, "try %llu differs from libjpeg: differs.jpg\n",
              (unsigned long long)tries);
      return 1;
    }
    free(f.data);
  } while (++tries % 64 || time(NULL) < end);
  printf("%llu files\n", (unsigned long long)tries);
  free(tables);
  for (int i = 0; i < files; i++) free(seeds[i].data);
  free(seeds);
  return 0;
}
