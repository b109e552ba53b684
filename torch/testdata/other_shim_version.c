#include <stdint.h>
const char* tg_compiled_version(void) { return "2.10.0"; }
uint64_t tg_compiled_abi(void) { return 0x020a000000000000; }
uint64_t tg_running_abi(void) { return 0x020b000000000000; }
