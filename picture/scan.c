#include "scan.h"

#include <string.h>

#define JPEG_INTERNALS
#include <jpegint.h>

int sp_scan_fits(j_decompress_ptr info) {
  return !info->progressive_mode && !info->arith_code &&
         !info->buffered_image && !info->inputctl->has_multiple_scans &&
         info->Ss == 0 && info->Se == DCTSIZE2 - 1;
}

// next_stretch copies the bytes up to the next marker without the zeros that
// are stuffed behind 0xFF. It returns 0 if the file ends first.
static int next_stretch(sp_scan* scan) {
  uint8_t* out = scan->stretch;
  for (;;) {
    const uint8_t* found =
        memchr(scan->in, 0xff, (size_t)(scan->end - scan->in));
    if (!found || found + 1 == scan->end) return 0;
    size_t length = (size_t)(found - scan->in);
    memcpy(out, scan->in, length);
    out += length;
    scan->in = found + 2;
    scan->marker = found[1];
    if (scan->marker != 0) break;
    *out++ = 0xff;
  }
  scan->stop = out;
  scan->bits = (sp_bits){.next = scan->stretch};
  memset(scan->last_dc, 0, sizeof scan->last_dc);
  return 1;
}

// bits_left returns how many bits of the stretch are unread; below 0 if some
// were read that it does not have.
static int64_t bits_left(const sp_scan* scan) {
  return (scan->stop - scan->bits.next) * 8 + scan->bits.count;
}

// plan_mcu sets the tables of a scan and which blocks use them.
static void plan_mcu(sp_scan* scan, j_decompress_ptr info, sp_tables* tables) {
  for (int i = 0; i < info->blocks_in_MCU; i++) {
    int component = info->MCU_membership[i];
    const jpeg_component_info* c = info->cur_comp_info[component];
    sp_codes *dc = &tables->dc[c->dc_tbl_no], *ac = &tables->ac[c->ac_tbl_no];
    sp_codes_set(dc, info->dc_huff_tbl_ptrs[c->dc_tbl_no], 0);
    sp_codes_set(ac, info->ac_huff_tbl_ptrs[c->ac_tbl_no], 1);
    scan->plan[i] = (sp_block){dc, ac, component};
  }
}

int sp_scan_start(sp_scan* scan, j_decompress_ptr info, sp_tables* tables,
                  uint8_t* room) {
  plan_mcu(scan, info, tables);
  scan->stretch = room;
  scan->in = info->src->next_input_byte;
  scan->end = scan->in + info->src->bytes_in_buffer;
  scan->restart = 0;
  scan->all_left = info->MCUs_per_row * info->MCU_rows_in_scan;
  scan->left = info->restart_interval ? info->restart_interval : scan->all_left;
  return next_stretch(scan);
}

// restart goes on behind the restart marker that is due.
static int restart(sp_scan* scan, j_decompress_ptr info) {
  if (scan->marker != JPEG_RST0 + scan->restart) return 0;
  scan->restart = (scan->restart + 1) & 7;
  scan->left = info->restart_interval;
  return next_stretch(scan);
}

int sp_scan_mcu(sp_scan* scan, j_decompress_ptr info, JBLOCKROW* blocks) {
  if (scan->left == 0 && !restart(scan, info)) return 0;
  if (!sp_huffman_mcu(&scan->bits, scan->plan, info->blocks_in_MCU,
                      scan->last_dc, blocks) ||
      bits_left(scan) < 0)
    return 0;
  scan->left--;
  scan->all_left--;
  if (scan->left > 0 && scan->all_left > 0) return 1;
  return bits_left(scan) < 8 && scan->marker != 0xff;
}
