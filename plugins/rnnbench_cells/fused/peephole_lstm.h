// The LSTM with peepholes, complete or with one part removed or added: one step of one sequence.
#pragma once

#include "rows.h"

namespace {

enum class Change {
  none,
  no_input_gate,
  no_forget_gate,
  no_output_gate,
  no_input_activation,
  no_output_activation,
  cifg,
  full_gate_recurrence,
};

// i, f = sigmoid(sum + p c0 + b), g = tanh(sum + b), c = f c0 + i g, o = sigmoid(sum + p c + b),
// h = o tanh(c). The blocks are i, f, g, o, and the extras p of i, f, o, less what is removed.
// With full gate recurrence i, f and o lie beside h.
template <typename S, Change change>
struct PeepholeLstm : Gates {
  static constexpr bool has_i = change != Change::no_input_gate;
  static constexpr bool couples = change == Change::cifg;  // f = 1 - i
  static constexpr bool has_f = change != Change::no_forget_gate && !couples;
  static constexpr bool has_o = change != Change::no_output_gate;
  static constexpr bool squashes_input = change != Change::no_input_activation;
  static constexpr bool squashes_output = change != Change::no_output_activation;
  static constexpr bool passes_gates = change == Change::full_gate_recurrence;
  static constexpr int F = has_i, G = F + has_f, O = G + 1;  // places of blocks; i is the first
  static constexpr int sums = O + has_o, blocks = sums, extras = sums - 1, states = 2;
  static constexpr int width = passes_gates ? 4 : 1;

  static S sum(const Row<S>& r, int block, int64_t j) {
    const int64_t n = block * r.H + j;
    return r.k[n] + r.s[n] + r.b[n];
  }
  static void forward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *pi = r.b + blocks * H, *pf = pi + F * H, *po = pi + G * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S c0 = r.c0[j];
      S i = S(1), f = S(1), o = S(1);
      if constexpr (has_i) i = sigmoid(sum(r, 0, j) + pi[j] * c0);
      if constexpr (has_f) f = sigmoid(sum(r, F, j) + pf[j] * c0);
      if constexpr (couples) f = S(1) - i;
      S g = sum(r, G, j);
      if constexpr (squashes_input) g = std::tanh(g);
      const S c = f * c0 + i * g;
      if constexpr (has_o) o = sigmoid(sum(r, O, j) + po[j] * c);
      S y = c;
      if constexpr (squashes_output) y = std::tanh(c);
      if constexpr (has_i) r.k[j] = i;
      if constexpr (has_f) r.k[F * H + j] = f;
      r.k[G * H + j] = g;
      if constexpr (has_o) r.k[O * H + j] = o;
      r.c[j] = c;
      r.h[j] = o * y;
      if constexpr (passes_gates) {
        r.h[H + j] = i;
        r.h[2 * H + j] = f;
        r.h[3 * H + j] = o;
      }
    }
  }
  // The gradient by block n of the row of states: as a state, and as an output.
  static S by_state(const Row<S>& r, int block, int64_t j) {
    const int64_t n = block * r.H + j;
    return r.dh[n] + r.dy[n];
  }
  static void backward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *pi = r.b + blocks * H, *pf = pi + F * H, *po = pi + G * H;
    S *dpi = r.db, *dpf = r.db + F * H, *dpo = r.db + G * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = by_state(r, 0, j), c = r.c[j], c0 = r.c0[j], g = r.k[G * H + j];
      S i = S(1), f = S(1), o = S(1), y = c, slope = S(1);
      if constexpr (has_i) i = r.k[j];
      if constexpr (has_f) f = r.k[F * H + j];
      if constexpr (couples) f = S(1) - i;
      if constexpr (has_o) o = r.k[O * H + j];
      if constexpr (squashes_output) {
        y = std::tanh(c);
        slope = S(1) - y * y;
      }
      S v = r.dc[j] + e * o * slope;  // by c
      if constexpr (has_o) {
        S by_o = e * y;
        if constexpr (passes_gates) by_o += by_state(r, 3, j);
        const S d = by_o * o * (S(1) - o);
        r.d[O * H + j] = d;
        dpo[j] += d * c;
        v += d * po[j];
      }
      S by_c0 = v * f;
      if constexpr (has_f) {
        S by_f = v * c0;
        if constexpr (passes_gates) by_f += by_state(r, 2, j);
        const S d = by_f * f * (S(1) - f);
        r.d[F * H + j] = d;
        dpf[j] += d * c0;
        by_c0 += d * pf[j];
      }
      if constexpr (has_i) {
        S by_i = v * g;
        if constexpr (couples) by_i -= v * c0;
        if constexpr (passes_gates) by_i += by_state(r, 1, j);
        const S d = by_i * i * (S(1) - i);
        r.d[j] = d;
        dpi[j] += d * c0;
        by_c0 += d * pi[j];
      }
      S by_g = v * i;
      if constexpr (squashes_input) by_g *= S(1) - g * g;
      r.d[G * H + j] = by_g;
      r.dc[j] = by_c0;
    }
  }
};

}  // namespace
