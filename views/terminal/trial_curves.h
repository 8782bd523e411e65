// What one trial, or the trials of a group together, recorded while they trained, as curves.
#pragma once

#include <string>
#include <vector>

#include "results/store.h"
#include "views/terminal/plot.h"

namespace lrsweep {

/// A recorded metric of an epoch ("train_loss", "val_loss" or "val_accuracy"); NaN for none.
double MetricOf(const EpochRow& epoch, const std::string& metric);

/// The metric after each epoch.
PlotCurve EpochCurve(const std::vector<EpochRow>& epochs, const std::string& metric);

/// The mean of curves of epochs, as far as all of them go. At least one.
PlotCurve MeanCurve(const std::vector<PlotCurve>& curves);

/// The loss, or the learning rate, of each step over `epochs` epochs.
PlotCurve LossCurve(const std::vector<StepRow>& steps, size_t epochs);
PlotCurve RateCurve(const std::vector<StepRow>& steps, size_t epochs);

/// Plots of these titles and curves, as many beside one another as the width has room for.
std::string DrawPlots(const std::vector<Plot>& plots, const Style& style);

/// The trial's training loss, val_loss, val_accuracy and learning rate, drawn: of every step where
/// steps are recorded. Empty where no epoch is done.
std::string TrialCurvesText(const std::vector<EpochRow>& epochs, const std::vector<StepRow>& steps,
                            const Style& style);

}  // namespace lrsweep
