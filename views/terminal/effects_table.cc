#include "views/terminal/effects_table.h"

#include <utility>

#include "views/importance_text.h"
#include "views/metric_text.h"
#include "views/terminal/table.h"

namespace lrsweep {

std::string EffectsTable(const WhatMatters& matters, const Style& style) {
  if (!matters.importance || matters.importance->parameters.empty()) return "";
  using Align = Table::Align;
  const std::string& metric = matters.objective.metric;
  Table table({{"parameter"},
               {"share", Align::kRight},
               {"value", Align::kRight},
               {"mean", Align::kRight},
               {"low", Align::kRight},
               {"high", Align::kRight},
               {"trials", Align::kRight}});
  for (const ParameterImportance& parameter : matters.importance->parameters) {
    std::string name = NameOf(parameter);
    std::string share = ShareText(parameter.share);
    for (const LevelEffect& level : parameter.levels) {
      const std::optional<Interval>& interval = level.summary.interval95;
      table.AddRow({std::exchange(name, ""), std::exchange(share, ""), level.value,
                    NumberText(metric, level.summary.mean),
                    interval ? NumberText(metric, interval->low) : "",
                    interval ? NumberText(metric, interval->high) : "",
                    std::to_string(level.summary.n)});
    }
  }
  return table.Text(style);
}

}  // namespace lrsweep
