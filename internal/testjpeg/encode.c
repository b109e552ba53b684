#include "encode.h"

#include <stdio.h>
#include <stdlib.h>

// clang-format off: jpeglib.h needs FILE
#include <jpeglib.h>
// clang-format on

static void begin(struct jpeg_compress_struct* info, tj_options o) {
  static const J_COLOR_SPACE spaces[] = {JCS_UNKNOWN, JCS_GRAYSCALE,
                                         JCS_UNKNOWN, JCS_RGB, JCS_CMYK};
  info->input_components = o.channels;
  info->in_color_space = spaces[o.channels];
  jpeg_set_defaults(info);
  jpeg_set_quality(info, o.quality, TRUE);
  info->comp_info[0].h_samp_factor = o.across;
  info->comp_info[0].v_samp_factor = o.down;
  info->restart_interval = (unsigned)o.restart;
  info->optimize_coding = o.optimise;
  info->arith_code = o.arithmetic;
  if (o.progressive) jpeg_simple_progression(info);
}

// separate_scans gives each channel a scan of its own.
static void separate_scans(struct jpeg_compress_struct* info,
                           jpeg_scan_info* scans) {
  for (int i = 0; i < info->num_components; i++)
    scans[i] =
        (jpeg_scan_info){.comps_in_scan = 1, .component_index = {i}, .Se = 63};
  info->scan_info = scans;
  info->num_scans = info->num_components;
}

uint8_t* tj_encode(const uint8_t* pixels, int width, int height, tj_options o,
                   size_t* length) {
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  jpeg_scan_info scans[4];
  unsigned char* out = NULL;
  unsigned long size = 0;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &out, &size);
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  begin(&info, o);
  if (o.separate) separate_scans(&info, scans);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)pixels + (size_t)info.next_scanline *
                                          (size_t)width * (size_t)o.channels;
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *length = size;
  return out;
}
