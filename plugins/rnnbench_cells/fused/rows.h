// What a cell is to the loop over time: sizes, and a step of one sequence, forward and backward.
#pragma once

#include <cmath>
#include <cstdint>

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__)
// The vector library of glibc has these; its headers say so under -ffast-math alone.
extern "C" {
__attribute__((simd("notinbranch"))) float expf(float) noexcept;
__attribute__((simd("notinbranch"))) float tanhf(float) noexcept;
__attribute__((simd("notinbranch"))) double exp(double) noexcept;
__attribute__((simd("notinbranch"))) double tanh(double) noexcept;
}
#endif

namespace {

template <typename S>
inline S sigmoid(S x) {
  return S(1) / (S(1) + std::exp(-x));
}

// What one step of one sequence reads and writes: H numbers, or H for each of several blocks.
template <typename S>
struct Row {
  int64_t H = 0;
  const S* b = nullptr;   // biases, one for each block, then the cell's extras
  const S* s = nullptr;   // U h0
  S* k = nullptr;         // W x when the step begins; what the gradient needs when it ends
  const S* h0 = nullptr;  // states before the step
  const S* c0 = nullptr;
  S* h = nullptr;  // states after the step
  S* c = nullptr;
  const S* dy = nullptr;  // gradient by h as an output
  int64_t dy_stride = 0;  // from one sequence to the next
  S* dh = nullptr;        // gradients by the states after the step; then by those before it,
  S* dc = nullptr;        // without what comes through U
  S* d = nullptr;         // gradient by what the biases are added to, a block for each bias
  S* db = nullptr;        // gradient by the extras, to be added to
};

// What a cell says of itself where it differs from most, and always `sums` and `blocks`:
// the blocks of H units in W and in U, and those that are kept and have a bias. Where there is one
// more than sums, the last sum is of two parts, which are kept apart: that of U, then that of W.
struct Gates {
  static constexpr int states = 1;         // 2 where there is a cell state besides h
  static constexpr int width = 1;          // blocks of h: itself, and what else U is multiplied by
  static constexpr int extras = 0;         // blocks of weights of single units besides biases
  static constexpr bool recurrent = true;  // whether there is a U
  static constexpr bool leaks = false;     // whether h0 enters other than through U
  static constexpr bool keeps = true;      // whether the gradient needs more than the states
};

// A cell as numbers and two functions, so that the loops are compiled once for all cells.
template <typename S>
struct Cell {
  int64_t sums, blocks, states, width, extras;
  bool recurrent, leaks, keeps;
  void (*forward)(Row<S> first, int64_t rows);
  void (*backward)(Row<S> first, int64_t rows);
};

template <typename P>
inline void move(P*& at, int64_t numbers) {
  if (at) at += numbers;
}

template <typename C, typename S, void step(const Row<S>&)>
void each_row(Row<S> r, int64_t rows) {
  for (; rows > 0; --rows) {
    step(r);
    move(r.s, C::sums * r.H);
    move(r.k, C::blocks * r.H);
    move(r.d, C::blocks * r.H);
    move(r.h0, C::width * r.H);
    move(r.dy, r.dy_stride);
    for (S** state : {&r.h, &r.dh}) move(*state, C::width * r.H);
    for (S** state : {&r.c, &r.dc}) move(*state, r.H);
    move(r.c0, r.H);
  }
}

template <typename C, typename S>
Cell<S> described() {
  return {C::sums,      C::blocks, C::states, C::width,
          C::extras,    C::recurrent, C::leaks,  C::keeps,
          each_row<C, S, C::forward>, each_row<C, S, C::backward>};
}

}  // namespace
