// The gated recurrent unit that resets before its product: two products wait for each other.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <vector>

#include "blocks.h"
#include "rows.h"

using at::Tensor;

namespace {

// r, z = sigmoid(W x + U h0 + b), n = tanh(W x + U (r h0) + b), h = n + z (h0 - n)
// `k` holds W x of r, z, n when the step begins, and r, z, n when it ends.
template <typename S>
struct GruV3 {
  static void gates(int64_t H, const S* s, const S* b, S* k, const S* h0, S* q) {
    const S *sz = s + H, *bz = b + H;
    S* kz = k + H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S r = sigmoid(k[j] + s[j] + b[j]);
      k[j] = r;
      kz[j] = sigmoid(kz[j] + sz[j] + bz[j]);
      q[j] = r * h0[j];
    }
  }
  static void candidate(int64_t H, const S* s, const S* b, S* k, const S* h0, S* h) {
    const S *kz = k + H, *bn = b + 2 * H;
    S* kn = k + 2 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S n = std::tanh(kn[j] + s[j] + bn[j]);
      kn[j] = n;
      h[j] = n + kz[j] * (h0[j] - n);
    }
  }
  static void candidate_backward(int64_t H, const S* dy, const S* k, const S* h0, S* dh, S* d) {
    const S *kz = k + H, *kn = k + 2 * H;
    S *dz = d + H, *dn = d + 2 * H;
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S e = dh[j] + dy[j], z = kz[j], n = kn[j];
      dn[j] = e * (S(1) - z) * (S(1) - n * n);
      dz[j] = e * (h0[j] - n) * z * (S(1) - z);
      dh[j] = e * z;
    }
  }
  static void reset_backward(int64_t H, const S* dq, const S* k, const S* h0, S* dh, S* d, S* q) {
#pragma omp simd
    for (int64_t j = 0; j < H; ++j) {
      const S r = k[j];
      d[j] = dq[j] * h0[j] * r * (S(1) - r);
      dh[j] += dq[j] * r;
      q[j] = r * h0[j];
    }
  }
};

template <typename S>
std::vector<Tensor> gru_v3_forward(const Tensor& x, const Tensor& w, const Tensor& u,
                                   const Tensor& b, const Tensor& h0) {
  const int64_t T = x.size(0), B = x.size(1), H = h0.size(1), G = 3 * H;
  Tensor h = at::empty({T + 1, B, H}, x.options());
  h[0].copy_(h0);
  Tensor kept = at::empty({T * B, G}, x.options());
  Tensor s = at::empty({B, 2 * H}, x.options()), q = at::empty({B, H}, x.options());
  Tensor sn = at::empty({B, H}, x.options());
  Tensor wt = w.t(), to_gates = u.narrow(0, 0, 2 * H).t(), to_n = u.narrow(0, 2 * H, H).t();
  S *hp = h.data_ptr<S>(), *kp = kept.data_ptr<S>(), *qp = q.data_ptr<S>();
  const S *sp = s.data_ptr<S>(), *np = sn.data_ptr<S>(), *bp = b.data_ptr<S>();
  const int64_t block = block_steps<S>(B, G);
  for (int64_t first = 0; first < T; first += block) {
    const int64_t end = std::min(T, first + block);
    Tensor to = kept.narrow(0, first * B, (end - first) * B);
    at::mm_out(to, rows_of(x, first, end - first), wt);
    for (int64_t t = first; t < end; ++t) {
      S *k = kp + t * B * G, *before = hp + t * B * H;
      at::mm_out(s, h[t], to_gates);
      for (int64_t j = 0; j < B; ++j)
        GruV3<S>::gates(H, sp + j * 2 * H, bp, k + j * G, before + j * H, qp + j * H);
      at::mm_out(sn, q, to_n);
      for (int64_t j = 0; j < B; ++j)
        GruV3<S>::candidate(H, np + j * H, bp, k + j * G, before + j * H, before + (B + j) * H);
    }
  }
  return {h, at::empty({0}, x.options()), kept};
}

template <typename S>
std::vector<Tensor> gru_v3_backward(const Tensor& dy, const Tensor& dlast, const Tensor& x,
                                    const Tensor& w, const Tensor& u, const Tensor& h,
                                    const Tensor& kept, bool needs_dx) {
  const int64_t T = x.size(0), B = x.size(1), I = x.size(2), H = h.size(2), G = 3 * H;
  Tensor dh = dlast.clone(), dx = at::empty({needs_dx ? T * B : 0, I}, x.options());
  Tensor dw = at::zeros_like(w), du = at::zeros_like(u), db = at::zeros({G}, x.options());
  Tensor to_gates = u.narrow(0, 0, 2 * H), to_n = u.narrow(0, 2 * H, H);
  const int64_t block = std::min(T, block_steps<S>(B, G));
  Tensor d = at::empty({block * B, G}, x.options()), q = at::empty({block * B, H}, x.options());
  Tensor dq = at::empty({B, H}, x.options());
  Tensor before = h.view({(T + 1) * B, H});
  S *dhp = dh.data_ptr<S>(), *dp = d.data_ptr<S>(), *qp = q.data_ptr<S>();
  const S *dyp = dy.data_ptr<S>(), *hp = h.data_ptr<S>(), *kp = kept.data_ptr<S>();
  const S* dqp = dq.data_ptr<S>();
  for (int64_t end = T; end > 0; end -= std::min(block, end)) {
    const int64_t first = std::max<int64_t>(0, end - block), number = (end - first) * B;
    for (int64_t t = end - 1; t >= first; --t) {
      const int64_t at = t * B, in_block = (t - first) * B;
      for (int64_t j = 0; j < B; ++j)
        GruV3<S>::candidate_backward(H, dyp + t * dy.stride(0) + j * dy.stride(1),
                                     kp + (at + j) * G, hp + (at + j) * H, dhp + j * H,
                                     dp + (in_block + j) * G);
      Tensor now = d.narrow(0, in_block, B);
      at::mm_out(dq, now.narrow(1, 2 * H, H), to_n);
      for (int64_t j = 0; j < B; ++j)
        GruV3<S>::reset_backward(H, dqp + j * H, kp + (at + j) * G, hp + (at + j) * H, dhp + j * H,
                                 dp + (in_block + j) * G, qp + (in_block + j) * H);
      dh.addmm_(now.narrow(1, 0, 2 * H), to_gates);
    }
    Tensor part = d.narrow(0, 0, number), inputs = rows_of(x, first, end - first);
    Tensor states = before.narrow(0, first * B, number);
    du.narrow(0, 0, 2 * H).addmm_(part.narrow(1, 0, 2 * H).t(), states);
    du.narrow(0, 2 * H, H).addmm_(part.narrow(1, 2 * H, H).t(), q.narrow(0, 0, number));
    db.add_(part.sum(0));
    dw.addmm_(part.t(), inputs);
    if (needs_dx) {
      Tensor to = dx.narrow(0, first * B, number);
      at::mm_out(to, part, w);
    }
  }
  return {dx.view({needs_dx ? T : 0, B, I}), dw, du, db, dh, at::zeros_like(dh)};
}

}  // namespace
