// The recorded curves of a trial, or of a group's trials together, as plots.
#pragma once

#include <string>
#include <vector>

#include "results/store.h"
#include "views/terminal/plot.h"

namespace lrsweep {

/// The metric of the last epoch that has it, for a program may leave it out of some; NaN where none
/// does.
double LastReported(const std::vector<EpochRow>& epochs, const std::string& metric);

/// The metric after each epoch, on straight lines over epochs that lack it. `epochs`: from
/// ReportedEpochs.
PlotCurve EpochCurve(const std::vector<EpochRow>& epochs, const std::string& metric);

/// The learning rate at each epoch's last step.
PlotCurve EpochRateCurve(const std::vector<EpochRow>& epochs);

/// The mean of curves over epochs, where all of them have a value. Needs at least one curve.
PlotCurve MeanCurve(const std::vector<PlotCurve>& curves);

/// The loss, or the learning rate, of each step of these epochs.
PlotCurve LossCurve(const std::vector<StepRow>& steps, const std::vector<EpochRow>& epochs);
PlotCurve RateCurve(const std::vector<StepRow>& steps, const std::vector<EpochRow>& epochs);

/// The metrics that are drawn, for a program may report hundreds; and a line that says how many are
/// not, empty for none.
MetricTable FirstToDraw(const MetricTable& metrics);
std::string NotDrawn(const MetricTable& metrics);

/// Draws the plots, two side by side where the terminal is wide enough.
std::string DrawPlots(const std::vector<Plot>& plots, const Style& style);

/// Draws the trial's training loss and learning rate (of every step where steps are recorded), and
/// its other metrics. Empty where no epoch is done.
std::string TrialCurvesText(const Store& store, const TrialRow& trial, const Style& style);

}  // namespace lrsweep
