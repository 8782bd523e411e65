#include "views/exports/mlflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "params/text.h"
#include "views/exports/output.h"
#include "views/exports/parameter_columns.h"

namespace lrsweep {
namespace {

namespace fs = std::filesystem;

int64_t Milliseconds(double seconds) { return std::llround(seconds * 1000); }

/// `text` with "_" for what MLflow does not allow in names (it allows letters, digits, spaces and
/// _-.:/) or what does not suit the name of a file.
std::string MlflowName(const std::string& text) {
  std::string name = SafeName(text);
  for (char& c : name) {
    if (std::string("=,+").find(c) != std::string::npos) c = '_';
  }
  return name;
}

/// Names the files of metrics, which a user's program may have called as it likes: the same in all
/// runs. As in MLflow "val/top-1" is in a folder; none leads out of it, and none is a file and a
/// folder at once.
class MetricFiles {
 public:
  const std::string& PathOf(const std::string& name) {
    const auto [found, is_new] = paths_.try_emplace(name);
    if (is_new) found->second = Add(name);
    return found->second;
  }

 private:
  std::string Add(const std::string& name) {
    std::string path;
    std::istringstream parts(name);
    for (std::string part; std::getline(parts, part, '/');) {
      path += (path.empty() ? "" : "/") + MlflowName(part);
    }
    if (Collides(path)) std::replace(path.begin(), path.end(), '/', '_');
    path = files_.Add(path);
    names_.insert(path);
    for (size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      folders_.insert(path.substr(0, slash));
    }
    return path;
  }

  bool Collides(const std::string& path) const {
    if (folders_.contains(path)) return true;
    for (size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      if (names_.contains(path.substr(0, slash))) return true;
    }
    return false;
  }

  std::map<std::string, std::string> paths_;  // by the metric's name
  UniqueNames files_;
  std::set<std::string> names_;
  std::set<std::string> folders_;
};

/// A text in double quotes that means the same in YAML and in JSON.
std::string Quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string FileUri(const fs::path& path) {
  std::string uri = "file://";
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 ||
                                       std::string("/._-~").find(c) != std::string::npos);
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri;
}

// mlflow.entities.RunStatus
int StatusOf(const TrialRow& trial) {
  constexpr int kRunning = 1;
  constexpr int kScheduled = 2;
  constexpr int kFinished = 3;
  constexpr int kFailed = 4;
  if (trial.state == "completed") return kFinished;
  if (trial.state == "failed" || trial.state == "stopped") return kFailed;
  return trial.state == "running" ? kRunning : kScheduled;
}

class Writer {
 public:
  Writer(const SweepRecord& sweep, const MetricTable& metrics, const fs::path& folder,
         const fs::path& target)
      : sweep_(sweep),
        id_(std::to_string(Milliseconds(UnixSeconds(sweep.created_at)))),
        folder_(folder / id_),
        uri_(FileUri(target / id_)) {
    for (const MetricInfo& metric : metrics) metric_files_.PathOf(metric.name);
  }

  void WriteExperiment() const {
    fs::create_directories(folder_ / "tags");
    const int64_t created = Milliseconds(UnixSeconds(sweep_.created_at));
    WriteNewFile(folder_ / "meta.yaml",
                 fmt::format("artifact_location: {}\ncreation_time: {}\nexperiment_id: '{}'\n"
                             "last_update_time: {}\nlifecycle_stage: active\nname: {}\n",
                             Quoted(uri_), created, id_, created, Quoted(sweep_.name)));
    WriteNewFile(
        folder_ / "tags" / "mlflow.note.content",
        fmt::format("The sweep's configuration, as lrsweep {} ran it:\n\n```yaml\n{}\n```\n",
                    sweep_.version, sweep_.config_yaml));
  }

  void WriteRun(const Run& run) {
    const std::string id = names_.Add(MlflowName(run.trial.trial_id));
    const fs::path folder = folder_ / id;
    for (const char* part : {"params", "metrics", "tags", "artifacts"}) {
      fs::create_directories(folder / part);
    }
    WriteNewFile(folder / "meta.yaml", MetaOf(run, id));
    for (const auto& [name, text] : TagsOf(run)) WriteNewFile(folder / "tags" / name, text);
    for (const auto& [path, value] : ExportedParams(run.trial.params_json)) {
      // MLflow reads a parameter of several lines as damaged.
      WriteNewFile(folder / "params" / MlflowName(path), OneLine(PlainText(value)));
    }
    for (const auto& [name, lines] : MetricsOf(run)) {
      const fs::path file = folder / "metrics" / metric_files_.PathOf(name);
      fs::create_directories(file.parent_path());
      WriteNewFile(file, lines);
    }
  }

 private:
  std::string MetaOf(const Run& run, const std::string& id) const {
    const bool ended = run.trial.state != "running" && run.trial.state != "pending";
    return fmt::format(
        "artifact_uri: {}\nend_time: {}\nentry_point_name: ''\nexperiment_id: '{}'\n"
        "lifecycle_stage: active\nrun_id: {}\nrun_name: {}\nrun_uuid: {}\nsource_name: ''\n"
        "source_type: 4\nsource_version: ''\nstart_time: {}\nstatus: {}\ntags: []\n"
        "user_id: lrsweep\n",
        Quoted(uri_ + "/" + id + "/artifacts"),
        ended ? std::to_string(Milliseconds(run.ended)) : "null", id_, Quoted(id), Quoted(run.name),
        Quoted(id), Milliseconds(run.started), StatusOf(run.trial));
  }

  std::map<std::string, std::string> TagsOf(const Run& run) const {
    std::map<std::string, std::string> tags = {{"mlflow.runName", OneLine(run.name)},
                                               {"mlflow.source.name", "lrsweep " + sweep_.version},
                                               {"mlflow.user", "lrsweep"},
                                               {"scheduler", run.trial.scheduler},
                                               {"group_id", run.trial.group_id},
                                               {"state", run.trial.state},
                                               {"diverged", run.trial.diverged ? "true" : "false"}};
    if (run.trial.error) tags.emplace("error", *run.trial.error);
    if (run.trial.point) {
      tags.insert({{"point", *run.trial.point},
                   {"budget", std::to_string(run.trial.budget.value_or(0))},
                   {"rung", std::to_string(run.trial.rung.value_or(0))},
                   {"bracket", std::to_string(run.trial.bracket.value_or(0))},
                   {"promoted", run.trial.promoted ? "true" : "false"}});
    }
    if (run.trial.stopped_by) tags.emplace("stopped_by", *run.trial.stopped_by);
    return tags;
  }

  static std::map<std::string, std::string> MetricsOf(const Run& run) {
    std::map<std::string, std::string> metrics;
    const auto add = [&metrics](const std::string& name, double time, double value, int64_t step) {
      metrics[name] += fmt::format("{} {} {}\n", Milliseconds(time), value, step);
    };
    for (const RunEpoch& epoch : run.epochs) {
      for (const auto& [name, value] : epoch.scalars) add(name, epoch.time, value, epoch.epoch);
    }
    for (const RunStep& step : run.steps) add(step.name, step.time, step.value, step.step);
    return metrics;
  }

  SweepRecord sweep_;
  std::string id_;
  fs::path folder_;
  std::string uri_;
  UniqueNames names_;
  MetricFiles metric_files_;
};

}  // namespace

void WriteMlflow(const Store& store, const fs::path& folder, const fs::path& target,
                 const RunOptions& options) {
  Writer writer(store.Sweep(), store.Metrics(), folder, target);
  writer.WriteExperiment();
  EachRun(store, options, [&](const Run& run) { writer.WriteRun(run); });
}

}  // namespace lrsweep
