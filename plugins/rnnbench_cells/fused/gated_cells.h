// Vanilla networks, the GRU, the LSTM and JANET: one step of one sequence, forward and backward.
#pragma once

#include "rows.h"

namespace {

// h = f(sum + b)
template <typename S, bool is_relu>
struct Plain : Gates {
  static constexpr int sums = 1, blocks = 1;
  static constexpr bool keeps = false;
  static void forward(const Row<S>& r) {
#pragma omp simd
    for (int64_t j = 0; j < r.H; ++j) {
      const S a = r.k[j] + r.s[j] + r.b[j];
      r.h[j] = is_relu ? (a < S(0) ? S(0) : a) : std::tanh(a);  // NaN stays
    }
  }
  static void backward(const Row<S>& r) {
#pragma omp simd
    for (int64_t j = 0; j < r.H; ++j) {
      const S slope = is_relu ? S(r.h[j] > S(0)) : S(1) - r.h[j] * r.h[j];
      r.d[j] = (r.dh[j] + r.dy[j]) * slope;
    }
  }
};

// r, z = sigmoid(sum + b), u = U h + b', n = tanh(W x + b + r u), h = n + z (h0 - n)
template <typename S>
struct Gru : Gates {
  static constexpr int sums = 3, blocks = 4;
  static constexpr bool leaks = true;
  static void forward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *sz = r.s + H, *sn = r.s + 2 * H, *bz = r.b + H, *bu = r.b + 2 * H, *bn = r.b + 3 * H;
    S *kz = r.k + H, *kn = r.k + 2 * H, *ku = r.k + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S reset = sigmoid(r.k[j] + r.s[j] + r.b[j]);
      const S z = sigmoid(kz[j] + sz[j] + bz[j]);
      const S u = sn[j] + bu[j];
      const S n = std::tanh(kn[j] + bn[j] + reset * u);
      r.k[j] = reset;
      kz[j] = z;
      kn[j] = n;
      ku[j] = u;
      r.h[j] = n + z * (r.h0[j] - n);
    }
  }
  // d: of the sums of r and z, of u, and of the candidate's share of W x.
  static void backward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *kz = r.k + H, *kn = r.k + 2 * H, *ku = r.k + 3 * H;
    S *dz = r.d + H, *du = r.d + 2 * H, *dn = r.d + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = r.dh[j] + r.dy[j], reset = r.k[j], z = kz[j], n = kn[j];
      const S m = e * (S(1) - z) * (S(1) - n * n);
      r.d[j] = m * ku[j] * reset * (S(1) - reset);
      dz[j] = e * (r.h0[j] - n) * z * (S(1) - z);
      du[j] = m * reset;
      dn[j] = m;
      r.dh[j] = e * z;
    }
  }
};

// i, f, o = sigmoid(sum + b), g = tanh(sum + b), c = f c0 + i g, h = o tanh(c)
template <typename S>
struct Lstm : Gates {
  static constexpr int sums = 4, blocks = 4, states = 2;
  static void forward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *sf = r.s + H, *sg = r.s + 2 * H, *so = r.s + 3 * H;
    const S *bf = r.b + H, *bg = r.b + 2 * H, *bo = r.b + 3 * H;
    S *kf = r.k + H, *kg = r.k + 2 * H, *ko = r.k + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S i = sigmoid(r.k[j] + r.s[j] + r.b[j]);
      const S f = sigmoid(kf[j] + sf[j] + bf[j]);
      const S g = std::tanh(kg[j] + sg[j] + bg[j]);
      const S o = sigmoid(ko[j] + so[j] + bo[j]);
      const S c = f * r.c0[j] + i * g;
      r.k[j] = i;
      kf[j] = f;
      kg[j] = g;
      ko[j] = o;
      r.c[j] = c;
      r.h[j] = o * std::tanh(c);
    }
  }
  static void backward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *kf = r.k + H, *kg = r.k + 2 * H, *ko = r.k + 3 * H;
    S *df = r.d + H, *dg = r.d + 2 * H, *do_ = r.d + 3 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = r.dh[j] + r.dy[j], t = std::tanh(r.c[j]);
      const S i = r.k[j], f = kf[j], g = kg[j], o = ko[j];
      const S v = r.dc[j] + e * o * (S(1) - t * t);
      r.d[j] = v * g * i * (S(1) - i);
      df[j] = v * r.c0[j] * f * (S(1) - f);
      dg[j] = v * i * (S(1) - g * g);
      do_[j] = e * t * o * (S(1) - o);
      r.dc[j] = v * f;
    }
  }
};

// a = sum + b, n = tanh(sum + b), h = sigmoid(a) h0 + sigmoid(beta - a) n
// The extra is beta, a constant: it gets no gradient.
template <typename S>
struct Janet : Gates {
  static constexpr int sums = 2, blocks = 2, extras = 1;
  static constexpr bool leaks = true;
  static void forward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *sn = r.s + H, *bn = r.b + H, *beta = r.b + 2 * H;
    S* kn = r.k + H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S a = r.k[j] + r.s[j] + r.b[j];
      const S n = std::tanh(kn[j] + sn[j] + bn[j]);
      r.k[j] = a;
      kn[j] = n;
      r.h[j] = sigmoid(a) * r.h0[j] + sigmoid(beta[j] - a) * n;
    }
  }
  static void backward(const Row<S>& r) {
    const int64_t H = r.H;
    const S *kn = r.k + H, *beta = r.b + 2 * H;
    S* dn = r.d + H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = r.dh[j] + r.dy[j], n = kn[j];
      const S f = sigmoid(r.k[j]), w = sigmoid(beta[j] - r.k[j]);
      r.d[j] = e * (r.h0[j] * f * (S(1) - f) - n * w * (S(1) - w));
      dn[j] = e * w * (S(1) - n * n);
      r.dh[j] = e * f;
    }
  }
};

}  // namespace
