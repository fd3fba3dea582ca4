// How many steps are taken at once where only weights are multiplied.
#pragma once

#include <algorithm>
#include <cstdint>

namespace {

constexpr int64_t BLOCK_BYTES = 1 << 19;  // of a block of steps, which stays in the cache

template <typename S>
int64_t block_steps(int64_t B, int64_t width) {
  return std::max<int64_t>(1, BLOCK_BYTES / (B * width * static_cast<int64_t>(sizeof(S))));
}

}  // namespace
