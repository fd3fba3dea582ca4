// minGRU and minLSTM, whose gates see only the input: one step of one sequence.
#pragma once

#include <algorithm>

#include "rows.h"

namespace {

enum class Form { log_space, vanilla, signed_gates };

// h = a h0 + w n. The rest of the write gate is 1 - w; a is that, or 1 - 2 w with signed gates.
// minGRU:  w = sigmoid(W x + b)
// minLSTM: w = i / (f + i), where f, i = sigmoid(W x + b)
// n = g(W x + b) in log space, where g(x) = x + 1/2 above 0 and sigmoid(x) below; else W x + b
template <typename S, bool has_two_gates, Form form>
struct Minimal : Gates {
  static constexpr int sums = has_two_gates ? 3 : 2, blocks = sums, N = sums - 1;
  static constexpr bool recurrent = false, leaks = true;

  // Written so that neither share is 0 / 0 or inf / inf, nor 1 minus the other.
  static void shares(const Row<S>& r, int64_t j, S& write, S& rest) {
    if constexpr (has_two_gates) {
      const S f = r.k[j], i = r.k[r.H + j];
      const S top = std::max(S(0), -std::min(f, i));
      const S one = std::exp(-top);
      const S of_write = one + std::exp(-f - top), of_rest = one + std::exp(-i - top);
      write = of_write / (of_write + of_rest);
      rest = of_rest / (of_write + of_rest);
    } else {
      const S small = std::exp(-std::abs(r.k[j])), large_share = S(1) / (S(1) + small);
      write = r.k[j] > S(0) ? large_share : small * large_share;
      rest = r.k[j] > S(0) ? small * large_share : large_share;
    }
  }
  static S candidate(S x, S& slope) {
    slope = S(1);
    if constexpr (form != Form::log_space) return x;
    const S s = sigmoid(x);
    slope = x > S(0) ? S(1) : s * (S(1) - s);
    return x > S(0) ? x + S(0.5) : s;
  }
  static void forward(const Row<S>& r) {
    const int64_t H = r.H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      r.k[j] += r.b[j];
      r.k[H + j] += r.b[H + j];
      if constexpr (has_two_gates) r.k[2 * H + j] += r.b[2 * H + j];
      S write, rest, slope;
      shares(r, j, write, rest);
      const S a = form == Form::signed_gates ? S(2) * rest - S(1) : rest;
      r.h[j] = a * r.h0[j] + write * candidate(r.k[N * H + j], slope);
    }
  }
  static void backward(const Row<S>& r) {
    const int64_t H = r.H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = r.dh[j] + r.dy[j];
      S write, rest, slope;
      shares(r, j, write, rest);
      const S n = candidate(r.k[N * H + j], slope);
      const S lost = form == Form::signed_gates ? S(2) * r.h0[j] : r.h0[j];
      const S by_logit = e * (n - lost) * write * rest;  // log i - log f, where there are two gates
      if constexpr (has_two_gates) {
        r.d[j] = -by_logit * sigmoid(-r.k[j]);
        r.d[H + j] = by_logit * sigmoid(-r.k[H + j]);
      } else {
        r.d[j] = by_logit;
      }
      r.d[N * H + j] = e * write * slope;
      r.dh[j] = e * (form == Form::signed_gates ? S(2) * rest - S(1) : rest);
    }
  }
};

}  // namespace
