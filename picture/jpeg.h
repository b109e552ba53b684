#pragma once

#include <stddef.h>
#include <stdint.h>

#include "huffman.h"

enum { SP_MESSAGE = 256 };
enum { SP_FAILED = 1, SP_UNUSUAL = 2, SP_STOPPED = 3 };

// sp_jpeg_header is what reading a file at eighths/8 of its stored size comes
// to: a picture of that size, and bytes that libjpeg takes besides.
typedef struct {
  uint32_t width, height;
  uint64_t memory;
} sp_jpeg_header;

// sp_jpeg_read_header reads the header alone. It and sp_jpeg_decode return 0,
// or SP_FAILED with the reason in message (SP_MESSAGE bytes). channels is 0 for
// RGB, else how many the file must have, which then are left as they are.
int sp_jpeg_read_header(const uint8_t* data, size_t length, int eighths,
                        int channels, sp_jpeg_header* header, char* message);

// sp_jpeg_decode writes height rows of width*3 bytes of RGB to pixels,
// or of width*channels. Given
// tables, and room of sp_jpeg_room bytes, it reads codes faster than libjpeg,
// but returns SP_UNUSUAL where libjpeg has to read them instead. Once stop is
// not 0, which another thread may set, it returns SP_STOPPED.
int sp_jpeg_decode(const uint8_t* data, size_t length, int eighths,
                   int channels, uint32_t width, uint32_t height,
                   uint8_t* pixels, sp_tables* tables, uint8_t* room,
                   const int32_t* stop, char* message);

size_t sp_jpeg_room(size_t length);
