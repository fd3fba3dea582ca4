// The cells by name.
#pragma once

#include <c10/util/Exception.h>

#include <string>
#include <unordered_map>

#include "gated_cells.h"
#include "minimal_cells.h"
#include "peephole_lstm.h"

namespace {

template <typename S>
const Cell<S>& cell_called(const std::string& name) {
  static const std::unordered_map<std::string, Cell<S>> cells = {
      {"tanh", described<Plain<S, false>, S>()},
      {"relu", described<Plain<S, true>, S>()},
      {"gru", described<Gru<S>, S>()},
      {"lstm", described<Lstm<S>, S>()},
      {"janet", described<Janet<S>, S>()},
      {"peephole-lstm", described<PeepholeLstm<S, Change::none>, S>()},
      {"no-input-gate", described<PeepholeLstm<S, Change::no_input_gate>, S>()},
      {"no-forget-gate", described<PeepholeLstm<S, Change::no_forget_gate>, S>()},
      {"no-output-gate", described<PeepholeLstm<S, Change::no_output_gate>, S>()},
      {"no-input-activation", described<PeepholeLstm<S, Change::no_input_activation>, S>()},
      {"no-output-activation", described<PeepholeLstm<S, Change::no_output_activation>, S>()},
      {"cifg", described<PeepholeLstm<S, Change::cifg>, S>()},
      {"full-gate-recurrence", described<PeepholeLstm<S, Change::full_gate_recurrence>, S>()},
      {"mingru-log-space", described<Minimal<S, false, Form::log_space>, S>()},
      {"mingru-vanilla", described<Minimal<S, false, Form::vanilla>, S>()},
      {"mingru-signed", described<Minimal<S, false, Form::signed_gates>, S>()},
      {"minlstm-log-space", described<Minimal<S, true, Form::log_space>, S>()},
      {"minlstm-vanilla", described<Minimal<S, true, Form::vanilla>, S>()},
      {"minlstm-signed", described<Minimal<S, true, Form::signed_gates>, S>()},
  };
  const auto found = cells.find(name);
  TORCH_CHECK(found != cells.end(), "no fused cell called ", name);
  return found->second;
}

}  // namespace
