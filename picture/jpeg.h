#pragma once

#include <stddef.h>
#include <stdint.h>

#include "huffman.h"

enum { SP_MESSAGE = 256 };
enum { SP_FAILED = 1, SP_UNUSUAL = 2 };

// sp_jpeg_size reads the header and gives the size of the picture that
// sp_jpeg_decode writes at eighths/8 of the stored size. Both return 0, or
// SP_FAILED with the reason in message (SP_MESSAGE bytes).
int sp_jpeg_size(const uint8_t* data, size_t length, int eighths,
                 uint32_t* width, uint32_t* height, char* message);

// sp_jpeg_decode writes height rows of width*3 bytes of RGB to pixels. Given
// tables, and room of sp_jpeg_room bytes, it reads codes faster than libjpeg,
// but returns SP_UNUSUAL where libjpeg has to read them instead.
int sp_jpeg_decode(const uint8_t* data, size_t length, int eighths,
                   uint32_t width, uint32_t height, uint8_t* pixels,
                   sp_tables* tables, uint8_t* room, char* message);

size_t sp_jpeg_room(size_t length);
