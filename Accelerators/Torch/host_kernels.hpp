// The kernels' text as the processor's own code: the plain twin of what runs on a GPU.
#pragma once
#include <c10/util/Half.h>

namespace fk {

struct Place {
  unsigned block_x = 0, block_y = 0, thread = 0;
};
inline thread_local Place fk_place;
inline float fk_host_half(unsigned short bits) { return c10::detail::fp16_ieee_to_fp32_value(bits); }

namespace host {
using fk::fk_host_half;
using fk::fk_place;
#define FK_HOST 1
#include "kernels.cu"
#undef FK_HOST
}  // namespace host

}  // namespace fk
