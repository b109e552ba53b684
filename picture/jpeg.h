#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SP_MESSAGE = 256 };

// sp_jpeg_size reads the header and gives the size of the picture that
// sp_jpeg_decode writes at eighths/8 of the stored size. Both return 0, or -1
// with the reason in message (SP_MESSAGE bytes).
int sp_jpeg_size(const uint8_t* data, size_t length, int eighths,
                 uint32_t* width, uint32_t* height, char* message);

// sp_jpeg_decode writes height rows of width*3 bytes of RGB to pixels.
int sp_jpeg_decode(const uint8_t* data, size_t length, int eighths,
                   uint32_t width, uint32_t height, uint8_t* pixels,
                   char* message);
