// Loops over time of gated cells, forward and backward: a matrix product and one pass over the
// units for each step. Products with weights alone are taken for a block of steps, which stays in
// the cache. Shapes: T steps, B sequences, I inputs, H units; time first.
#include <ATen/Dispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "blocks.h"
#include "gated_cells.h"
#include "gru_v3.h"

namespace {

template <typename C, typename S>
std::vector<Tensor> forward_of(const Tensor& x, const Tensor& w, const Tensor& u, const Tensor& b,
                               const Tensor& h0, const Tensor& c0) {
  const int64_t T = x.size(0), B = x.size(1), I = x.size(2), H = h0.size(1), G = C::sums * H,
                K = C::blocks * H;
  Tensor h = at::empty({T + 1, B, H}, x.options());
  Tensor c = at::empty({C::states == 2 ? T + 1 : 0, B, H}, x.options());
  h[0].copy_(h0);
  if (C::states == 2) c[0].copy_(c0);
  Tensor kept = at::empty({T * B, K}, x.options());
  Tensor sums = kept.narrow(1, 0, G), rows = x.view({T * B, I});
  Tensor s = at::empty({B, G}, x.options()), wt = w.t(), ut = u.t();
  S *hp = h.data_ptr<S>(), *cp = c.data_ptr<S>(), *kp = kept.data_ptr<S>();
  const S *sp = s.data_ptr<S>(), *bp = b.data_ptr<S>();
  const int64_t block = block_steps<S>(B, K);
  for (int64_t first = 0; first < T; first += block) {
    const int64_t end = std::min(T, first + block);
    Tensor to = sums.narrow(0, first * B, (end - first) * B);
    at::mm_out(to, rows.narrow(0, first * B, (end - first) * B), wt);
    for (int64_t t = first; t < end; ++t) {
      at::mm_out(s, h[t], ut);
      for (int64_t i = t * B; i < t * B + B; ++i) {
        C::forward(H, sp + (i - t * B) * G, bp, kp + i * K, hp + i * H,
                   C::states == 2 ? cp + i * H : nullptr, hp + (i + B) * H,
                   C::states == 2 ? cp + (i + B) * H : nullptr);
      }
    }
  }
  return {h, c, kept};
}

template <typename C, typename S>
std::vector<Tensor> backward_of(const Tensor& dy, const Tensor& dlast, const Tensor& dclast,
                                const Tensor& x, const Tensor& w, const Tensor& u, const Tensor& h,
                                const Tensor& c, const Tensor& kept, bool needs_dx) {
  const int64_t T = x.size(0), B = x.size(1), I = x.size(2), H = h.size(2), G = C::sums * H,
                K = C::blocks * H;
  const int64_t shared = K == G ? G : 2 * H;  // blocks that W and U give to one sum
  Tensor dh = dlast.clone(), dc = dclast.clone();
  Tensor dx = at::empty({needs_dx ? T * B : 0, I}, x.options());
  Tensor dw = at::zeros_like(w), du = at::zeros_like(u), db = at::zeros({K}, x.options());
  const int64_t block = block_steps<S>(B, K);
  Tensor d = at::empty({std::min(block, T) * B, K}, x.options());
  Tensor rows = x.view({T * B, I}), before = h.view({(T + 1) * B, H});
  S *dhp = dh.data_ptr<S>(), *dcp = dc.data_ptr<S>(), *dp = d.data_ptr<S>();
  const S *dyp = dy.data_ptr<S>(), *hp = h.data_ptr<S>(), *cp = c.data_ptr<S>(),
          *kp = kept.data_ptr<S>();
  for (int64_t end = T; end > 0; end -= std::min(block, end)) {
    const int64_t first = std::max<int64_t>(0, end - block), number = (end - first) * B;
    for (int64_t t = end - 1; t >= first; --t) {
      for (int64_t j = 0; j < B; ++j) {
        const int64_t i = t * B + j;
        const S* past = C::states == 2 ? cp + i * H : hp + i * H;
        const S* now = C::states == 2 ? cp + (i + B) * H : hp + (i + B) * H;
        C::backward(H, dyp + i * H, kp + i * K, hp + i * H, past, now, dhp + j * H, dcp + j * H,
                    dp + (i - first * B) * K);
      }
      Tensor now = d.narrow(0, (t - first) * B, B).narrow(1, 0, G);
      C::leaks ? dh.addmm_(now, u) : at::mm_out(dh, now, u);
    }
    Tensor part = d.narrow(0, 0, number);
    Tensor inputs = rows.narrow(0, first * B, number);
    du.addmm_(part.narrow(1, 0, G).t(), before.narrow(0, first * B, number));
    db.add_(part.sum(0));
    dw.narrow(0, 0, shared).addmm_(part.narrow(1, 0, shared).t(), inputs);
    if (shared < G) dw.narrow(0, shared, G - shared).addmm_(part.narrow(1, G, K - G).t(), inputs);
    if (needs_dx) {
      Tensor to = dx.narrow(0, first * B, number);
      at::mm_out(to, part.narrow(1, 0, shared), w.narrow(0, 0, shared));
      if (shared < G) to.addmm_(part.narrow(1, G, K - G), w.narrow(0, shared, G - shared));
    }
  }
  return {dx.view({needs_dx ? T : 0, B, I}), dw, du, db, dh, dc};
}

#define BY_CELL(NAME, ...)                                   \
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "fused", [&] { \
    if (cell == "tanh")                                      \
      result = NAME<Tanh<scalar_t>, scalar_t>(__VA_ARGS__);  \
    else if (cell == "relu")                                 \
      result = NAME<Relu<scalar_t>, scalar_t>(__VA_ARGS__);  \
    else if (cell == "gru")                                  \
      result = NAME<Gru<scalar_t>, scalar_t>(__VA_ARGS__);   \
    else if (cell == "lstm")                                 \
      result = NAME<Lstm<scalar_t>, scalar_t>(__VA_ARGS__);  \
    else                                                     \
      TORCH_CHECK(false, "no fused cell called ", cell);     \
  });

using Tensors = std::vector<Tensor>;

Tensors gated_loop(const std::string& cell, const Tensor& x, const Tensor& w, const Tensor& u,
                   const Tensor& b, const Tensor& h0, const Tensor& c0) {
  Tensors result;
  if (cell == "gru-v3") {
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "fused",
                               [&] { result = gru_v3_forward<scalar_t>(x, w, u, b, h0); });
    return result;
  }
  BY_CELL(forward_of, x, w, u, b, h0, c0)
  return result;
}

Tensors gated_loop_backward(const std::string& cell, const Tensor& dy, const Tensor& dh,
                            const Tensor& dc, const Tensor& x, const Tensor& w, const Tensor& u,
                            const Tensor& h, const Tensor& c, const Tensor& kept, bool needs_dx) {
  Tensors result;
  if (cell == "gru-v3") {
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "fused", [&] {
      result = gru_v3_backward<scalar_t>(dy, dh, x, w, u, h, kept, needs_dx);
    });
    return result;
  }
  BY_CELL(backward_of, dy, dh, dc, x, w, u, h, c, kept, needs_dx)
  return result;
}

}  // namespace

TORCH_LIBRARY(rnnbench_cells, m) {
  m.def(
      "gated_loop(str cell, Tensor x, Tensor w, Tensor u, Tensor b, Tensor h, Tensor c) -> "
      "Tensor[]");
  m.def(
      "gated_loop_backward(str cell, Tensor dy, Tensor dh, Tensor dc, Tensor x, Tensor w, Tensor u,"
      " Tensor h, Tensor c, Tensor kept, bool needs_dx) -> Tensor[]");
}

TORCH_LIBRARY_IMPL(rnnbench_cells, CPU, m) {
  m.impl("gated_loop", &gated_loop);
  m.impl("gated_loop_backward", &gated_loop_backward);
}
