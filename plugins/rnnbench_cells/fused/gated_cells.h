// What one step of each gated cell does with the units of one sequence, forward and backward.
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

// A cell says what one step does with the units of one sequence. `k` holds W x when the step
// begins, and what the gradient needs when it ends; `s` is U h, and `b` the biases.
//
// sums:   blocks of H units in W and in U.
// blocks: blocks that are kept. Where there is one more than sums, the last sum is of two parts,
//         which are kept apart: that of U, then that of W.
// states: 2 where there is a cell state besides h.
// leaks:  whether h depends on the h before it other than through U; `backward` then leaves that
//         part of the gradient in `dh`.

// h = f(sum + b)
template <typename S, bool is_relu>
struct Plain {
  static constexpr int sums = 1, blocks = 1, states = 1;
  static constexpr bool leaks = false;
  static void forward(int64_t H, const S* s, const S* b, S* k, const S*, const S*, S* h, S*) {
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S a = k[j] + s[j] + b[j];
      h[j] = is_relu ? (a < S(0) ? S(0) : a) : std::tanh(a);  // NaN stays
    }
  }
  static void backward(int64_t H, const S* dy, const S*, const S*, const S*, const S* h, S* dh, S*,
                       S* d) {
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S slope = is_relu ? S(h[j] > S(0)) : S(1) - h[j] * h[j];
      d[j] = (dh[j] + dy[j]) * slope;
    }
  }
};

template <typename S>
using Tanh = Plain<S, false>;
template <typename S>
using Relu = Plain<S, true>;

// r, z = sigmoid(sum + b), u = U h + b', n = tanh(W x + b + r u), h = n + z (h0 - n)
template <typename S>
struct Gru {
  static constexpr int sums = 3, blocks = 4, states = 1;
  static constexpr bool leaks = true;
  static void forward(int64_t H, const S* s, const S* b, S* k, const S* h0, const S*, S* h, S*) {
    const S *sz = s + H, *sn = s + 2 * H, *bz = b + H, *bu = b + 2 * H, *bn = b + 3 * H;
    S *kz = k + H, *kn = k + 2 * H, *ku = k + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S r = sigmoid(k[j] + s[j] + b[j]);
      const S z = sigmoid(kz[j] + sz[j] + bz[j]);
      const S u = sn[j] + bu[j];
      const S n = std::tanh(kn[j] + bn[j] + r * u);
      k[j] = r;
      kz[j] = z;
      kn[j] = n;
      ku[j] = u;
      h[j] = n + z * (h0[j] - n);
    }
  }
  // d: of the sums of r and z, of u, and of the candidate's share of W x.
  static void backward(int64_t H, const S* dy, const S* k, const S* h0, const S*, const S*, S* dh,
                       S*, S* d) {
    const S *kz = k + H, *kn = k + 2 * H, *ku = k + 3 * H;
    S *dz = d + H, *du = d + 2 * H, *dn = d + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = dh[j] + dy[j], r = k[j], z = kz[j], n = kn[j];
      const S m = e * (S(1) - z) * (S(1) - n * n);
      d[j] = m * ku[j] * r * (S(1) - r);
      dz[j] = e * (h0[j] - n) * z * (S(1) - z);
      du[j] = m * r;
      dn[j] = m;
      dh[j] = e * z;
    }
  }
};

// i, f, o = sigmoid(sum + b), g = tanh(sum + b), c = f c0 + i g, h = o tanh(c)
template <typename S>
struct Lstm {
  static constexpr int sums = 4, blocks = 4, states = 2;
  static constexpr bool leaks = false;
  static void forward(int64_t H, const S* s, const S* b, S* k, const S*, const S* c0, S* h, S* c) {
    const S *sf = s + H, *sg = s + 2 * H, *so = s + 3 * H, *bf = b + H, *bg = b + 2 * H,
            *bo = b + 3 * H;
    S *kf = k + H, *kg = k + 2 * H, *ko = k + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S i = sigmoid(k[j] + s[j] + b[j]);
      const S f = sigmoid(kf[j] + sf[j] + bf[j]);
      const S g = std::tanh(kg[j] + sg[j] + bg[j]);
      const S o = sigmoid(ko[j] + so[j] + bo[j]);
      const S v = f * c0[j] + i * g;
      k[j] = i;
      kf[j] = f;
      kg[j] = g;
      ko[j] = o;
      c[j] = v;
      h[j] = o * std::tanh(v);
    }
  }
  static void backward(int64_t H, const S* dy, const S* k, const S*, const S* c0, const S* c, S* dh,
                       S* dc, S* d) {
    const S *kf = k + H, *kg = k + 2 * H, *ko = k + 3 * H;
    S *df = d + H, *dg = d + 2 * H, *do_ = d + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = dh[j] + dy[j], i = k[j], f = kf[j], g = kg[j], o = ko[j], t = std::tanh(c[j]);
      const S v = dc[j] + e * o * (S(1) - t * t);
      d[j] = v * g * i * (S(1) - i);
      df[j] = v * c0[j] * f * (S(1) - f);
      dg[j] = v * i * (S(1) - g * g);
      do_[j] = e * t * o * (S(1) - o);
      dc[j] = v * f;
    }
  }
};

}  // namespace
