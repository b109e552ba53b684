// JPEG by libjpeg-turbo, set as Pillow sets it: the accurate transform, smooth
// chroma upsampling, CMYK read as Adobe writes it (inverted).
#include "jpeg.h"

#include <setjmp.h>
#include <string.h>

#include "scan.h"

#define JPEG_INTERNALS
#include <jerror.h>
#include <jpegint.h>

// A progressive file may hold any number of scans, each as costly as a
// picture; no encoder writes nearly as many as this. Beyond a few, their
// number times the picture's blocks is bounded too.
enum { MAX_SCANS = 500, FEW_SCANS = 32, MAX_BLOCKS = 1 << 27 };

typedef struct {
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  sp_scan* scan;
  const int32_t* stop;
  uint64_t blocks;
  jmp_buf failed;
  char* message;
} reader;

static void fail(j_common_ptr info) {
  reader* r = info->client_data;
  char text[JMSG_LENGTH_MAX];
  info->err->format_message(info, text);
  snprintf(r->message, SP_MESSAGE, "%s", text);
  longjmp(r->failed, SP_FAILED);
}

static void fail_with(reader* r, const char* text) {
  snprintf(r->message, SP_MESSAGE, "%s", text);
  longjmp(r->failed, SP_FAILED);
}

// Warnings are about damage that the decoder passes over, as in Pillow.
static void ignore_message(j_common_ptr info) { (void)info; }
static void count_warning(j_common_ptr info, int level) {
  if (level < 0) info->err->num_warnings++;
}

static void begin_source(j_decompress_ptr info) { (void)info; }
static void end_source(j_decompress_ptr info) { (void)info; }

// All data is there from the start: to be asked for more is to be cut short.
static boolean fill_source(j_decompress_ptr info) {
  fail_with(info->client_data, "");
  return FALSE;
}

static void skip_source(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if ((size_t)count > info->src->bytes_in_buffer) fill_source(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= count;
}

// watch is called by libjpeg for each row of blocks that it reads, and for
// each row of pixels that it gives.
static void watch(j_common_ptr info) {
  reader* r = info->client_data;
  if (r->stop && __atomic_load_n(r->stop, __ATOMIC_RELAXED))
    longjmp(r->failed, SP_STOPPED);
  uint64_t scans = (uint64_t)((j_decompress_ptr)info)->input_scan_number;
  if (scans > MAX_SCANS) fail_with(r, "it has more than 500 scans");
  if (scans > FEW_SCANS && scans * r->blocks > MAX_BLOCKS)
    fail_with(r, "it has more scans than a picture of its size should");
}

static uint64_t rounded_up(uint64_t n, int to) {
  return (n + (uint64_t)to - 1) / (uint64_t)to * (uint64_t)to;
}

// count_blocks returns the blocks of all channels, filled up to whole MCUs.
static uint64_t count_blocks(const struct jpeg_decompress_struct* info) {
  uint64_t blocks = 0;
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info* c = info->comp_info + i;
    blocks += rounded_up(c->width_in_blocks, c->h_samp_factor) *
              rounded_up(c->height_in_blocks, c->v_samp_factor);
  }
  return blocks;
}

// memory_of returns the bytes that libjpeg takes: the rows that it works on,
// and all coefficients where a file comes in several scans.
static uint64_t memory_of(const reader* r) {
  const struct jpeg_decompress_struct* info = &r->info;
  enum { ROWS = 16 * MAX_SAMP_FACTOR };
  uint64_t bytes = ROWS * ((uint64_t)info->image_width + 64) *
                   (uint64_t)info->num_components;
  if (info->inputctl->has_multiple_scans) bytes += r->blocks * sizeof(JBLOCK);
  return bytes;
}

// open_reader reads up to the first scan; call it with r->failed set.
static void open_reader(reader* r, const uint8_t* data, size_t length,
                        int eighths, int channels) {
  jpeg_create_decompress(&r->info);
  r->info.client_data = r;
  r->source =
      (struct jpeg_source_mgr){data,        length,      begin_source,
                               fill_source, skip_source, jpeg_resync_to_restart,
                               end_source};
  r->info.src = &r->source;
  r->progress.progress_monitor = watch;
  r->info.progress = &r->progress;
  jpeg_read_header(&r->info, TRUE);
  r->blocks = count_blocks(&r->info);
  r->info.scale_num = eighths;
  r->info.scale_denom = 8;
  if (channels && channels != r->info.num_components)
    fail_with(r, "it has another number of channels");
  if (channels) {
    r->info.jpeg_color_space = r->info.out_color_space = JCS_UNKNOWN;
    jpeg_calc_output_dimensions(&r->info);
    return;
  }
  switch (r->info.num_components) {
    case 1:
    case 3:
      r->info.out_color_space = JCS_RGB;
      break;
    case 4:
      r->info.out_color_space = JCS_CMYK;
      break;
    default:
      fail_with(r, "it has neither 1, 3 nor 4 channels");
  }
  jpeg_calc_output_dimensions(&r->info);
}

static void prepare(reader* r, char* message) {
  memset(r, 0, sizeof *r);
  r->message = message;
  message[0] = 0;
  r->info.err = jpeg_std_error(&r->errors);
  r->info.client_data = r;
  r->errors.error_exit = fail;
  r->errors.output_message = ignore_message;
  r->errors.emit_message = count_warning;
}

int sp_jpeg_read_header(const uint8_t* data, size_t length, int eighths,
                        int channels, sp_jpeg_header* header, char* message) {
  reader r;
  prepare(&r, message);
  int trouble = setjmp(r.failed);
  if (trouble) {
    jpeg_destroy_decompress(&r.info);
    return trouble;
  }
  open_reader(&r, data, length, eighths, channels);
  *header = (sp_jpeg_header){r.info.output_width, r.info.output_height,
                             memory_of(&r)};
  jpeg_destroy_decompress(&r.info);
  return 0;
}

// cmyk_to_rgb converts inverted inks in place of Pillow's CMYK;I and convert.
static void cmyk_to_rgb(const uint8_t* inks, uint8_t* pixels, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, inks += 4, pixels += 3) {
    uint32_t light = inks[3];
    for (int c = 0; c < 3; c++) {
      uint32_t t = (255u - inks[c]) * light + 128;
      pixels[c] = (uint8_t)(light - (((t >> 8) + t) >> 8));
    }
  }
}

static void read_rows(reader* r, uint32_t width, int channels,
                      uint8_t* pixels) {
  struct jpeg_decompress_struct* info = &r->info;
  int cmyk = info->out_color_space == JCS_CMYK;
  JSAMPARRAY inks = NULL;
  if (cmyk)
    inks =
        info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, width * 4, 1);
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = pixels + (size_t)info->output_scanline * width * channels;
    jpeg_read_scanlines(info, cmyk ? inks : &row, 1);
    if (cmyk) cmyk_to_rgb(inks[0], row, width);
  }
}

// read_mcu stands in for libjpeg's function of that place.
static boolean read_mcu(j_decompress_ptr info, JBLOCKROW* blocks) {
  reader* r = info->client_data;
  if (!sp_scan_mcu(r->scan, info, blocks)) longjmp(r->failed, SP_UNUSUAL);
  return TRUE;
}

// use_scan reads with scan instead of libjpeg where that is possible.
static void use_scan(reader* r, sp_scan* scan, sp_tables* tables,
                     uint8_t* room) {
  if (!sp_scan_fits(&r->info)) return;
  if (!sp_scan_start(scan, &r->info, tables, room))
    longjmp(r->failed, SP_UNUSUAL);
  r->scan = scan;
  r->info.entropy->decode_mcu = read_mcu;
}

size_t sp_jpeg_room(size_t length) { return length + SP_BEYOND; }

int sp_jpeg_decode(const uint8_t* data, size_t length, int eighths,
                   int channels, uint32_t width, uint32_t height,
                   uint8_t* pixels, sp_tables* tables, uint8_t* room,
                   const int32_t* stop, char* message) {
  reader r;
  sp_scan scan;
  prepare(&r, message);
  r.stop = stop;
  int trouble = setjmp(r.failed);
  if (trouble) {
    jpeg_destroy_decompress(&r.info);
    return trouble;
  }
  open_reader(&r, data, length, eighths, channels);
  if (r.info.output_width != width || r.info.output_height != height)
    fail_with(&r, "its size changed");
  jpeg_start_decompress(&r.info);
  if (tables) use_scan(&r, &scan, tables, room);
  read_rows(&r, width, channels ? channels : 3, pixels);
  jpeg_destroy_decompress(&r.info);
  return 0;
}
