#include "data/label_warnings.h"

#include <algorithm>
#include <span>

namespace lrsweep {
namespace {

constexpr int64_t kMostPercent = 60;  // of one class

using Labels = std::span<const uint8_t>;

/// How many labels there are of each class.
std::vector<int64_t> CountsOf(Labels labels, int64_t classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  for (const uint8_t label : labels) ++counts[label];
  return counts;
}

/// "class 3", "classes 3 and 7", "classes 0, 1 and 2"; of many the first three and "others".
std::string Named(const std::vector<size_t>& classes) {
  constexpr size_t kMostNamed = 3;
  std::string text = classes.size() == 1 ? "class " : "classes ";
  const size_t named = std::min(classes.size(), kMostNamed);
  for (size_t i = 0; i < named; ++i) {
    const bool last = i + 1 == classes.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + std::to_string(classes[i]);
  }
  return classes.size() > named ? text + " and others" : text;
}

void AddMissing(const std::vector<int64_t>& counts, const std::string& images,
                std::vector<std::string>& sentences) {
  std::vector<size_t> missing;
  for (size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] == 0) missing.push_back(label);
  }
  if (missing.empty()) return;
  sentences.push_back("no " + images + " image is of " + Named(missing) + ", of " +
                      std::to_string(counts.size()) + " classes in the data");
}

void AddMajority(const std::vector<int64_t>& counts, const std::string& images,
                 std::vector<std::string>& sentences) {
  int64_t all = 0;
  for (const int64_t count : counts) all += count;
  const auto most = std::max_element(counts.begin(), counts.end());
  if (counts.size() < 2 || 100 * *most < kMostPercent * all) return;
  const std::string share = std::to_string(100 * *most / all) + "%";
  sentences.push_back(share + " of the " + images + " images are of class " +
                      std::to_string(most - counts.begin()) +
                      ": to answer that class alone is as often right");
}

}  // namespace

std::vector<std::string> LabelWarnings(const Dataset& dataset, int64_t validation_images) {
  const Labels all = dataset.train.labels;
  const Labels train = all.first(all.size() - static_cast<size_t>(validation_images));
  const bool held_back = validation_images > 0;
  const Labels evaluation =
      held_back ? all.last(static_cast<size_t>(validation_images)) : Labels(dataset.test.labels);
  const auto trained = CountsOf(train, dataset.classes);
  const auto evaluated = CountsOf(evaluation, dataset.classes);

  std::vector<std::string> sentences;
  if (held_back && std::is_sorted(all.begin(), all.end()) && all.front() != all.back()) {
    sentences.emplace_back(
        "the training images are in the order of their classes, and the last of them are held back "
        "for evaluation: shuffle the files, or write dataset.held_back: by_class");
  }
  AddMissing(trained, "training", sentences);
  AddMissing(evaluated, "evaluation", sentences);
  AddMajority(trained, "training", sentences);
  AddMajority(evaluated, "evaluation", sentences);
  return sentences;
}

}  // namespace lrsweep
