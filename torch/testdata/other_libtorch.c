// A libtorch that says it is 2.10.0, or, with OLD, that cannot say.
#include <stdint.h>
#ifndef OLD
uint64_t aoti_torch_abi_version(void) { return 0x020a000000000000; }
#endif
