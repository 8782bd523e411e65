#include "trial/trial_parameters.h"

namespace lrsweep {

const std::vector<Section>& TrialSections() {
  // The defaults are part of what a trial's id means: they never change.
  static const std::vector<Section> kSections = {
      {"dataset",
       {{.name = "name",
         .kind = Kind::kText,
         .default_value = "mnist",
         .help = "mnist, fashion_mnist, or a folder of IDX files"},
        {.name = "validation",
         .kind = Kind::kInteger,
         .default_value = 0,
         .range = {.minimum = 0, .maximum = 1e9},
         .help = "training images held back for val_*; 0: val_* is measured on the test images"},
        {.name = "held_back",
         .kind = Kind::kChoice,
         .default_value = "last",
         .choices = {"by_class", "last"},
         .help = "which images: drawn equally from the classes, or the last ones; by_class where a "
                 "new database begins"}},
       false},
      {"model",
       {{.name = "hidden",
         .kind = Kind::kIntegerList,
         .default_value = List{128},
         .range = {.minimum = 1, .maximum = 65536},
         .help = "widths of the hidden layers, ReLU behind each"}},
       true},
      {"training",
       {{.name = "epochs",
         .kind = Kind::kInteger,
         .range = {.minimum = 1, .maximum = 1e6},
         .help = "passes over the training images"},
        {.name = "batch_size",
         .kind = Kind::kInteger,
         .default_value = 64,
         .range = {.minimum = 1, .maximum = 1e6},
         .help = "images per optimizer step; the last of an epoch may be fewer"},
        {.name = "seed",
         .kind = Kind::kInteger,
         .default_value = 0,
         .range = {.minimum = 0},
         .help = "of the initial weights and the shuffling, as in torch.manual_seed"}},
       true}};
  return kSections;
}

}  // namespace lrsweep
