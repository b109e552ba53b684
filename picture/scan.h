#pragma once

#include "huffman.h"

// sp_scan reads the one scan of a baseline JPEG in place of libjpeg's entropy
// decoder. It reads scans that are as they should be; at the first thing that
// is out of the ordinary it gives up, for libjpeg to begin anew.
typedef struct {
  sp_block plan[D_MAX_BLOCKS_IN_MCU];
  sp_bits bits;
  int32_t last_dc[MAX_COMPS_IN_SCAN];
  uint8_t* stretch;         // room for the bytes of the stretch being read
  const uint8_t* stop;      // the end of the stretch
  const uint8_t *in, *end;  // what follows it in the file
  uint8_t marker;           // that ended the stretch
  unsigned left;            // MCUs up to the next restart, or to the end
  unsigned all_left;        // MCUs up to the end
  unsigned restart;         // number of the next restart marker
} sp_scan;

// sp_scan_fits tells whether sp_scan can read what info is about to read.
int sp_scan_fits(j_decompress_ptr info);

// sp_scan_start begins at info's place in the file. Room holds as many bytes
// as the file has left, and SP_BEYOND more. It returns 0 if it cannot.
int sp_scan_start(sp_scan* scan, j_decompress_ptr info, sp_tables* tables,
                  uint8_t* room);

// sp_scan_mcu decodes the next MCU into zeroed blocks. It returns 0 if
// anything is out of the ordinary.
int sp_scan_mcu(sp_scan* scan, j_decompress_ptr info, JBLOCKROW* blocks);
