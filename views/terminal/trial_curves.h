// The recorded curves of a trial, or of a group's trials together, as plots.
#pragma once

#include <string>
#include <vector>

#include "results/store.h"
#include "views/terminal/plot.h"

namespace lrsweep {

/// The metric after each epoch.
PlotCurve EpochCurve(const std::vector<EpochRow>& epochs, const std::string& metric);

/// The learning rate at each epoch's last step.
PlotCurve EpochRateCurve(const std::vector<EpochRow>& epochs);

/// The mean of curves over epochs, up to the end of the shortest. Needs at least one curve.
PlotCurve MeanCurve(const std::vector<PlotCurve>& curves);

/// The loss, or the learning rate, of each step over `epochs` epochs.
PlotCurve LossCurve(const std::vector<StepRow>& steps, size_t epochs);
PlotCurve RateCurve(const std::vector<StepRow>& steps, size_t epochs);

/// Draws the plots, two side by side where the terminal is wide enough.
std::string DrawPlots(const std::vector<Plot>& plots, const Style& style);

/// Draws the trial's training loss and learning rate (of every step where steps are recorded),
/// val_loss and val_accuracy. Empty where no epoch is done.
std::string TrialCurvesText(const std::vector<EpochRow>& epochs, const std::vector<StepRow>& steps,
                            const Style& style);

}  // namespace lrsweep
