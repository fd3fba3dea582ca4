// Loops over time of gated cells, forward and backward: a matrix product and one pass over the
// units for each step. Products with weights alone are taken for a block of steps, which stays in
// the cache. Shapes: T steps, B sequences, I inputs, H units; time first. A row of states has
// `width` blocks of H, of which the first is h.
#include <ATen/Dispatch.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/library.h>

#include <algorithm>
#include <string>
#include <vector>

#include "blocks.h"
#include "cells.h"
#include "gru_v3.h"

namespace {

using Tensors = std::vector<Tensor>;

// The place of the numbers of a step, or none where the tensor is empty.
template <typename S>
S* step_of(const Tensor& numbers, int64_t t, int64_t of_step) {
  return numbers.numel() ? numbers.data_ptr<S>() + t * of_step : nullptr;
}

template <typename S>
Tensors forward_of(const Cell<S>& cell, const Tensor& x, const Tensor& w, const Tensor& u,
                   const Tensor& b, const Tensor& h0, const Tensor& c0) {
  const int64_t T = x.size(0), B = x.size(1), R = h0.size(1), H = R / cell.width,
                G = cell.sums * H, K = cell.blocks * H;
  Tensor h = at::empty({T + 1, B, R}, x.options());
  Tensor c = at::empty({cell.states == 2 ? T + 1 : 0, B, H}, x.options());
  h[0].copy_(h0);
  if (cell.states == 2) c[0].copy_(c0);
  Tensor kept = at::empty({cell.keeps ? T * B : 0, K}, x.options());
  // Where nothing is kept, W x lies where h will.
  Tensor work = cell.keeps ? kept : h.view({(T + 1) * B, R}).narrow(0, B, T * B);
  Tensor sums = work.narrow(1, 0, G), wt = w.t(), ut = u.t();
  Tensor s = at::empty({cell.recurrent ? B : 0, G}, x.options());
  const int64_t block = block_steps<S>(B, K);
  for (int64_t first = 0; first < T; first += block) {
    const int64_t end = std::min(T, first + block);
    Tensor to = sums.narrow(0, first * B, (end - first) * B);
    at::mm_out(to, rows_of(x, first, end - first), wt);
    for (int64_t t = first; t < end; ++t) {
      if (cell.recurrent) at::mm_out(s, h.select(0, t), ut);
      Row<S> row;
      row.H = H;
      row.b = b.data_ptr<S>();
      row.s = step_of<S>(s, 0, 0);
      row.k = step_of<S>(work, t, B * K);
      row.h0 = step_of<S>(h, t, B * R);
      row.h = step_of<S>(h, t + 1, B * R);
      row.c0 = step_of<S>(c, t, B * H);
      row.c = step_of<S>(c, t + 1, B * H);
      cell.forward(row, B);
    }
  }
  return {h, c, kept};
}

template <typename S>
Tensors backward_of(const Cell<S>& cell, const Tensor& dy, const Tensor& dlast,
                    const Tensor& dclast, const Tensor& x, const Tensor& w, const Tensor& u,
                    const Tensor& b, const Tensor& h, const Tensor& c, const Tensor& kept,
                    bool needs_dx) {
  const int64_t T = x.size(0), B = x.size(1), I = x.size(2), R = h.size(2), H = R / cell.width,
                G = cell.sums * H, K = cell.blocks * H;
  const int64_t shared = K == G ? G : 2 * H;  // rows that W and U give to one sum
  Tensor dh = dlast.clone(), dc = dclast.clone();
  Tensor dx = at::empty({needs_dx ? T * B : 0, I}, x.options());
  Tensor dw = at::zeros_like(w), du = at::zeros_like(u), db = at::zeros_like(b);
  const int64_t block = std::min(T, block_steps<S>(B, K));
  Tensor d = at::empty({block * B, K}, x.options());
  Tensor sums = d.narrow(1, 0, G), extras = at::empty({cell.extras * H}, x.options());
  Tensor before = h.view({(T + 1) * B, R});
  for (int64_t end = T; end > 0; end -= std::min(block, end)) {
    const int64_t first = std::max<int64_t>(0, end - block), number = (end - first) * B;
    extras.zero_();
    for (int64_t t = end - 1; t >= first; --t) {
      Row<S> row;
      row.H = H;
      row.b = b.data_ptr<S>();
      row.k = step_of<S>(kept, t, B * K);
      row.h0 = step_of<S>(h, t, B * R);
      row.h = step_of<S>(h, t + 1, B * R);
      row.c0 = step_of<S>(c, t, B * H);
      row.c = step_of<S>(c, t + 1, B * H);
      row.dy = dy.data_ptr<S>() + t * dy.stride(0);
      row.dy_stride = dy.stride(1);
      row.dh = step_of<S>(dh, 0, 0);
      row.dc = step_of<S>(dc, 0, 0);
      row.d = step_of<S>(d, t - first, B * K);
      row.db = step_of<S>(extras, 0, 0);
      cell.backward(row, B);
      if (!cell.recurrent) continue;
      Tensor now = sums.narrow(0, (t - first) * B, B);
      cell.leaks ? dh.addmm_(now, u) : at::mm_out(dh, now, u);
    }
    Tensor part = d.narrow(0, 0, number);
    Tensor inputs = rows_of(x, first, end - first);
    if (cell.recurrent)
      du.addmm_(part.narrow(1, 0, G).t(), before.narrow(0, first * B, number));
    db.narrow(0, 0, K).add_(part.sum(0));
    if (cell.extras) db.narrow(0, K, cell.extras * H).add_(extras);
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

// Both run below autograd, whose part in each of the small products would take as long as they do.

Tensors gated_loop(const std::string& cell, const Tensor& x, const Tensor& w, const Tensor& u,
                   const Tensor& b, const Tensor& h0, const Tensor& c0) {
  at::AutoDispatchBelowADInplaceOrView below_autograd;
  return AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "fused", [&] {
    if (cell == "gru-v3") return gru_v3_forward<scalar_t>(x, w, u, b, h0);
    return forward_of(cell_called<scalar_t>(cell), x, w, u, b, h0, c0);
  });
}

Tensors gated_loop_backward(const std::string& cell, const Tensor& dy, const Tensor& dh,
                            const Tensor& dc, const Tensor& x, const Tensor& w, const Tensor& u,
                            const Tensor& b, const Tensor& h, const Tensor& c, const Tensor& kept,
                            bool needs_dx) {
  at::AutoDispatchBelowADInplaceOrView below_autograd;
  return AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "fused", [&] {
    if (cell == "gru-v3") return gru_v3_backward<scalar_t>(dy, dh, x, w, u, h, kept, needs_dx);
    return backward_of(cell_called<scalar_t>(cell), dy, dh, dc, x, w, u, b, h, c, kept, needs_dx);
  });
}

}  // namespace

TORCH_LIBRARY(rnnbench_cells, m) {
  m.def(
      "gated_loop(str cell, Tensor x, Tensor w, Tensor u, Tensor b, Tensor h, Tensor c) -> "
      "Tensor[]");
  m.def(
      "gated_loop_backward(str cell, Tensor dy, Tensor dh, Tensor dc, Tensor x, Tensor w, Tensor u,"
      " Tensor b, Tensor h, Tensor c, Tensor kept, bool needs_dx) -> Tensor[]");
}

TORCH_LIBRARY_IMPL(rnnbench_cells, CPU, m) {
  m.impl("gated_loop", &gated_loop);
  m.impl("gated_loop_backward", &gated_loop_backward);
}
