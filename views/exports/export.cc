#include "views/exports/export.h"

#include <fmt/format.h>

#include <functional>

#include "params/find_by_name.h"
#include "params/text.h"
#include "views/columns.h"
#include "views/exports/charts.h"
#include "views/exports/mlflow.h"
#include "views/exports/output.h"
#include "views/exports/png.h"
#include "views/exports/runs.h"
#include "views/exports/tables.h"
#include "views/exports/tensorboard.h"

namespace lrsweep {
namespace {

Objective ObjectiveOf(const Store& store, const ExportOptions& options) {
  return ChooseObjective(store.Sweep(), options.objective, store.Metrics());
}

void ExportTable(const Store& store, const ExportOptions& options, std::ostream& out) {
  const TableOptions table{options.format, options.table, ObjectiveOf(store, options),
                           options.interrupted};
  if (options.output.empty()) {
    WriteTable(store, table, out);
    out.flush();
    return CheckWritten(out);
  }
  OutputFile file(options.output);
  WriteTable(store, table, file.Stream());
  file.Finish();
  out << fmt::format("{} written to {}\n", options.table, options.output);
}

/// Exports to a folder, which `fill` fills, and prints `viewer`: the commands that show it, with {}
/// for the folder.
void ExportFolder(const ExportOptions& options, std::ostream& out, const std::string& viewer,
                  const std::function<void(const OutputFolder&)>& fill) {
  if (options.output.empty()) {
    throw ExportError(fmt::format("--to {} writes a folder: name it by -o FOLDER", options.format));
  }
  OutputFolder folder(options.output);
  fill(folder);
  folder.Finish();
  out << "written to " << folder.Target().string() << "\n";
  out << fmt::format(fmt::runtime(viewer), ShellPath(folder.Target().string()));
}

void ExportTensorBoard(const Store& store, const ExportOptions& options, std::ostream& out) {
  const char* const viewer = "look at it: tensorboard --logdir {}\n";
  ExportFolder(options, out, viewer, [&](const OutputFolder& folder) {
    WriteTensorBoard(store, folder.Path(), {options.step_points, options.interrupted});
  });
}

void ExportMlflow(const Store& store, const ExportOptions& options, std::ostream& out) {
  // Since 3.7 MLflow opens file stores only with MLFLOW_ALLOW_FILE_STORE.
  const char* const viewer =
      "look at it: MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri {0}\n"
      "or take it into a database: mlflow migrate-filestore --source {0} --target "
      "sqlite:///mlflow.db\n";
  ExportFolder(options, out, viewer, [&](const OutputFolder& folder) {
    WriteMlflow(store, folder.Path(), folder.Target(), {options.step_points, options.interrupted});
  });
}

/// A folder of pictures.
void ExportCharts(const Store& store, const ExportOptions& options, std::ostream& out) {
  const bool png = options.format == "png";
  const Objective objective = ObjectiveOf(store, options);
  if (png) RequirePngConverter();
  std::string names;
  ExportFolder(options, out, "", [&](const OutputFolder& folder) {
    for (const Chart& chart : DrawCharts(store, objective, options.interrupted)) {
      const std::filesystem::path svg = folder.Path() / (chart.name + ".svg");
      WriteNewFile(svg, chart.svg);
      names += fmt::format("  {}.{}\n", chart.name, options.format);
      if (!png) continue;
      StopIf(options.interrupted);
      ConvertToPng(svg, folder.Path() / (chart.name + ".png"));
      std::filesystem::remove(svg);
    }
  });
  out << names;
}

struct Format {
  std::string name;
  void (*write)(const Store&, const ExportOptions&, std::ostream&);
};

const std::vector<Format>& Formats() {
  static const std::vector<Format> kFormats = {
      {"csv", ExportTable},     {"json", ExportTable},
      {"jsonl", ExportTable},   {"tensorboard", ExportTensorBoard},
      {"mlflow", ExportMlflow}, {"svg", ExportCharts},
      {"png", ExportCharts}};
  return kFormats;
}

}  // namespace

std::vector<std::string> ExportFormats() { return AllNames(Formats()); }

void Export(const Store& store, const ExportOptions& options, std::ostream& out) {
  const Format* format = FindByName(Formats(), options.format);
  if (format == nullptr) throw ExportError("unknown format: " + options.format);
  format->write(store, options, out);
}

}  // namespace lrsweep
