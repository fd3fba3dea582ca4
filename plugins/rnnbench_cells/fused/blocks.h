// How many steps are taken at once where only weights are multiplied.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>

namespace {

constexpr int64_t BLOCK_BYTES = 1 << 19;  // of a block of steps, which stays in the cache

template <typename S>
int64_t block_steps(int64_t B, int64_t width) {
  return std::max<int64_t>(1, BLOCK_BYTES / (B * width * static_cast<int64_t>(sizeof(S))));
}

// Inputs of some steps as rows, copied only where sequences come first: then into what stays in the
// cache too.
inline at::Tensor rows_of(const at::Tensor& x, int64_t first, int64_t steps) {
  return x.narrow(0, first, steps).contiguous().view({steps * x.size(1), x.size(2)});
}

}  // namespace
