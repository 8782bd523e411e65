// Every mistake in a program's configuration has its sentence, with its place.

#include <gtest/gtest.h>

#include "sweep/config/sweep_config.h"

namespace lrsweep {
namespace {

/// A configuration that is right; each line can be replaced.
struct Yaml {
  std::string command = "[python, train.py]";
  std::string metrics = "{val_loss: min}";
  std::string trial;  // more lines of the section
  std::string params = "params: {width: 64}";
  std::string training = "training: {epochs: 4}";
  std::string optimizer = "optimizer: {lr: 0.1}";
  std::string scheduler = "scheduler: {type: StepLR, step_size: 2}";
  std::string rest;

  std::string Text() const {
    return "name: t\ntrial:\n  command: " + command + "\n  metrics: " + metrics + "\n" + trial +
           params + "\n" + training + "\n" + optimizer + "\n" + scheduler + "\n" + rest + "\n";
  }
};

std::string ErrorOf(const std::string& text, const std::vector<Setting>& settings = {}) {
  try {
    ParseSweepConfig(text, "s.yaml", settings);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ProgramMistakesTest, TheConfigurationThatTheyAreMadeOfIsRight) {
  EXPECT_EQ(ErrorOf(Yaml{}.Text()), "no error");
}

TEST(ProgramMistakesTest, EachHasItsSentence) {
  struct Mistake {
    Yaml yaml;
    const char* error;
  };
  const Mistake mistakes[] = {
      {{.command = "python train.py --x"},
       "s.yaml:3:12: trial.command: no shell splits it into its arguments: write a list: [python, "
       "train.py, --x]"},
      {{.command = "[]"},
       "s.yaml:3:12: trial.command: expected a list of the program and its arguments, such as "
       "[python, train.py, --width, \"{params.width}\"]"},
      {{.command = "{program: python}"},
       "s.yaml:3:12: trial.command: expected a list of the program and its arguments, such as "
       "[python, train.py, --width, \"{params.width}\"]"},
      {{.command = "[python, [a]]"},
       "s.yaml:3:21: trial.command: expected a list of texts and numbers, such as [python, "
       "train.py, --width, \"{params.width}\"]: write what is swept under params"},
      {{.command = "[python, {params.width}]"},
       "s.yaml:3:21: trial.command: a placeholder needs quotes: \"{params.width}\""},
      {{.command = "[python, ~]"},
       "s.yaml:3:21: trial.command: an argument is missing; an empty one is written \"\""},
      {{.command = "[\"\", a]"}, "s.yaml:3:13: trial.command: the program's name is empty"},
      {{.command = "{grid: [[a], [b]]}"},
       "s.yaml:3:12: trial.command: expected a list of the program and its arguments, such as "
       "[python, train.py, --width, \"{params.width}\"]"},
      {{.command = "[python, \"a\\0b\"]"},
       "s.yaml:3:21: trial.command: an argument cannot hold a NUL character"},
      {{.command = "[python, \"{params.widht}\"]"},
       "s.yaml:3:22: trial.command: unknown placeholder \"params.widht\"; did you mean "
       "\"params.width\"?"},
      {{.command = "[python, --w, \"{width}\"]"},
       "s.yaml:3:27: trial.command: unknown placeholder \"width\"; did you mean \"params.width\"?"},
      {{.command = "[python, \"a={params.width},b={nothing.like.it}\"]"},
       "s.yaml:3:41: trial.command: unknown placeholder \"nothing.like.it\"; known are "
       "optimizer.lr, params.width, scheduler.gamma, scheduler.interval, scheduler.step_size, "
       "scheduler.type, scheduler.warmup, training.epochs, training.seed, args, args_no_hyphens, "
       "json, params_file, dir, schedule_file"},
      {{.command = "[python, \"{ params.width }\"]"},
       "s.yaml:3:22: trial.command: expected {params.width}: a placeholder is a name between two "
       "braces, without spaces or a format"},
      {{.command = "[python, \"{params.width:3d}\"]"},
       "s.yaml:3:22: trial.command: expected {params.width}: a placeholder is a name between two "
       "braces, without spaces or a format"},
      {{.command = "[python, \"{params.odd key}\"]", .params = "params: {odd key: 1}"},
       "s.yaml:3:22: trial.command: {params.odd key}: only letters, digits, '_', '-' and '.' can "
       "stand in a placeholder: rename the parameter, or let the program read it from {json} or "
       "{params_file}"},
      {{.command = "[python, \"${HOME}/x\"]"},
       "s.yaml:3:23: trial.command: ${HOME}: no shell reads the command, and {HOME} is no "
       "parameter: write the value, or, for a shell as in [sh, -c, \"...\"], ${{HOME}}"},
      {{.command = "[python, \"{dir\"]"},
       "s.yaml:3:22: trial.command: expected {dir}: a placeholder is a name between two braces, "
       "without spaces or a format"},
      {{.command = "[python, \"x{args}\"]"},
       "s.yaml:3:23: trial.command: {args} stands for several arguments: it must be an argument by "
       "itself"},
      {{.command = "[python, \"{args}\"]",
        .params = "params: {lr: {grid: [1, 2]}}",
        .optimizer = "optimizer: {lr: {grid: [0.1, 0.2]}}"},
       "s.yaml:3:22: trial.command: {args} would give params.lr and optimizer.lr the same name, "
       "lr: write them out, as in \"{params.lr}\""},
      {{.command = "[python, \"{args_no_hyphens}\"]",
        .params = "params: {seed: {grid: [1, 2]}}",
        .training = "training: {epochs: 2, seed: {grid: [0, 1]}}"},
       "s.yaml:3:22: trial.command: {args_no_hyphens} would give params.seed and training.seed the "
       "same name, seed: write them out, as in \"{params.seed}\""},
      {{.command = "[python, \"{optimizer.lr}\"]",
        .trial = "  steps_per_epoch: 10\n",
        .scheduler = "scheduler: [{type: StepLR, step_size: 2}, {type: OneCycleLR, max_lr: 0.1, "
                     "total_steps: run}]"},
       "s.yaml:3:22: trial.command: {optimizer.lr}: OneCycleLR sets the learning rate of each "
       "step: the program reads it from the schedule's table ({schedule_file}, $LRSWEEP_SCHEDULE)"},
      {{.command = "[python, \"{optimizer.momentum}\"]",
        .trial = "  steps_per_epoch: 10\n",
        .optimizer = "optimizer: {lr: 0.1, momentum: 0.9}",
        .scheduler = "scheduler: {type: OneCycleLR, max_lr: 0.1, total_steps: run, cycle_momentum: "
                     "{grid: [false, true]}}"},
       "s.yaml:3:22: trial.command: {optimizer.momentum}: OneCycleLR sets the momentum of each "
       "step: the program reads it from the schedule's table ({schedule_file}, $LRSWEEP_SCHEDULE)"},
      {{.command = "[python, \"{optimizer.betas.0}\"]",
        .trial = "  steps_per_epoch: 10\n",
        .optimizer = "optimizer: {type: Adam, lr: 0.1, betas: [0.9, 0.99]}",
        .scheduler = "scheduler: {type: OneCycleLR, max_lr: 0.1, total_steps: run}"},
       "s.yaml:3:22: trial.command: {optimizer.betas.0}: OneCycleLR sets the momentum of each "
       "step: the program reads it from the schedule's table ({schedule_file}, $LRSWEEP_SCHEDULE)"},
      {{.command = "[python, \"{scheduler.step_size}\"]",
        .scheduler = "scheduler: [{type: StepLR, step_size: 2}, {type: ConstantLR, factor: 1}]"},
       "s.yaml:3:22: trial.command: {scheduler.step_size}: the scheduler ConstantLR in line 8 has "
       "no such parameter"},
      {{.command = "[python, \"{optimizer.rho}\"]",
        .optimizer = "optimizer:\n- {type: RMSprop, lr: 0.1, rho: 1}\n- {type: SGD, lr: 0.1}"},
       "s.yaml:3:22: trial.command: {optimizer.rho}: the optimizer SGD in line 9 has no such "
       "parameter"},
      {{.command = "[python, \"{params.model.depth}\"]",
        .params = "params: {model: {grid: [{depth: 1}, {width: 2}]}}"},
       "s.yaml:3:22: trial.command: {params.model.depth}: no trial has it where params.model is "
       "{\"width\":2}"},
      {{.command = "[python, \"{scheduler.gamma}\"]",
        .trial = "  steps_per_epoch: 10\n",
        .scheduler = "scheduler: {type: CyclicLR, base_lr: 0.01, max_lr: 0.1}"},
       "s.yaml:3:22: trial.command: {scheduler.gamma} has no effect under CyclicLR, so that a "
       "trial lacks it"},
      {{.command = "[python, \"{trial.gpus}\"]"},
       "s.yaml:3:22: trial.command: unknown placeholder \"trial.gpus\"; known are optimizer.lr, "
       "params.width, scheduler.gamma, scheduler.interval, scheduler.step_size, scheduler.type, "
       "scheduler.warmup, training.epochs, training.seed, args, args_no_hyphens, json, "
       "params_file, dir, schedule_file"},
      {{.metrics = "{}"},
       "s.yaml:4:12: trial.metrics: expected what the program reports, and which way is better, "
       "such as {val_accuracy: max, val_loss: min}"},
      {{.metrics = "[val_loss]"},
       "s.yaml:4:12: trial.metrics: expected what the program reports, and which way is better, "
       "such as {val_accuracy: max, val_loss: min}"},
      {{.metrics = "{val_loss: minimum}"},
       "s.yaml:4:23: trial.metrics.val_loss: expected max (more is better) or min"},
      {{.metrics = "{val loss: min}"},
       "s.yaml:4:13: trial.metrics: \"val loss\" is no name of a metric: expected letters, digits, "
       "'_', '.', '/' and '-', at most 100"},
      {{.metrics = "{val_loss: {grid: [min, max]}}"},
       "s.yaml:4:23: trial.metrics.val_loss: expected max (more is better) or min"},
      {{.metrics = "{steps: max}"},
       "s.yaml:4:13: trial.metrics: steps has a meaning of its own in a report: give the metric "
       "another name"},
      {{.metrics = "{val_accuracy: min}"},
       "s.yaml:4:27: trial.metrics.val_accuracy: more of val_accuracy is better: write max, or "
       "give the metric another name"},
      {{.metrics = "{f1: max, bleu: max}"},
       "s.yaml:1:1: objective.metric is required: trial.metrics declares f1, bleu, and one of them "
       "has to rank the trials"},
      {{.rest = "objective: {metric: val_accuracy}"},
       "s.yaml:9:21: objective.metric: unknown metric 'val_accuracy': it is one of val_loss, "
       "epochs_to(METRIC, THRESHOLD), steps_to(METRIC, THRESHOLD), seconds_to(METRIC, THRESHOLD), "
       "area_under(METRIC), final_minus_best(METRIC)"},
      {{.rest = "objective: {metric: \"steps_to(val_loss, 0.1)\"}"},
       "s.yaml:9:21: objective.metric: steps_to counts the program's optimizer steps: write "
       "trial.steps_per_epoch, how many an epoch has"},
      {{.rest = "objective: {metric: \"epochs_to(val_los, 0.1)\"}"},
       "s.yaml:9:21: objective.metric: epochs_to: 'val_los' is not recorded: it is one of "
       "val_loss"},
      {{.rest = "objective: {mode: {grid: [max, min]}}"},
       "s.yaml:9:26: objective.mode: cannot be swept; it is not a parameter of a trial"},
      {{.trial = "  steps_per_epoch: 0\n"},
       "s.yaml:5:20: trial.steps_per_epoch: expected an integer of at least 1 and at most "
       "1000000000, not 0"},
      {{.trial = "  steps_per_epoch: {grid: [1, 2]}\n"},
       "s.yaml:5:27: trial.steps_per_epoch: cannot be swept; write what is swept under params"},
      {{.trial = "  gpus: 1.5\n"},
       "s.yaml:5:9: trial.gpus: expected a whole number, or a share of one GPU below 1"},
      {{.trial = "  gpus: -1\n"},
       "s.yaml:5:9: trial.gpus: expected a number of at least 0 and at most 1024, not -1"},
      {{.trial = "  timeout: soon\n"},
       "s.yaml:5:12: trial.timeout: expected a time above 0 as seconds, 90m, 2h, 1d, or "
       "[[D-]HH:]MM:SS, not \"soon\""},
      {{.trial = "  timeout: 0\n"},
       "s.yaml:5:12: trial.timeout: expected a time above 0 as seconds, 90m, 2h, 1d, or "
       "[[D-]HH:]MM:SS, not \"0\""},
      {{.trial = "  grace: -1\n"},
       "s.yaml:5:10: trial.grace: expected a number of at least 0 and at most 1000000, not -1"},
      {{.trial = "  keep: 1\n"}, "s.yaml:5:9: trial.keep: expected true or false, not 1"},
      {{.trial = "  version: [1, 2]\n"},
       "s.yaml:5:12: trial.version: expected a text, not [1,2]; a list to sweep over is written "
       "{grid: [...]}"},
      {{.trial = "  timeuot: 3\n"},
       "s.yaml:5:3: trial.timeuot: unknown trial parameter \"timeuot\"; did you mean \"timeout\"?"},
      {{.trial = "  steps: 3\n"},
       "s.yaml:5:3: trial.steps: unknown trial parameter \"steps\"; known are command, metrics, "
       "steps_per_epoch, version, gpus, timeout, grace, keep, resumable"},
      {{.params = "params: [1, 2]"}, "s.yaml:5:9: params: expected a mapping of parameters"},
      {{.params = "params: {grid: [1, 2]}"},
       "s.yaml:5:16: params: cannot be swept as a whole; write a grid in the place of a value, as "
       "in {width: {grid: [64, 128]}}"},
      {{.params = "params: {a.b: 1}"},
       "s.yaml:5:10: params.a.b: a name cannot contain a dot; nest it: a: {b: ...}"},
      {{.params = "params: {a: {grid: [1], b: 2}}"},
       "s.yaml:5:13: params.a: grid must stand alone, as in {grid: [1, 2]}"},
      {{.params = "params: {a: {grid: 3}}"},
       "s.yaml:5:20: params.a: grid needs a list of at least one value"},
      {{.params = "params: {a: {grid: [{b: {grid: [1]}}]}}"},
       "s.yaml:5:21: params.a: a grid inside a grid"},
      {{.params = "params: {a: 007}"},
       "s.yaml:5:13: 007 has a leading zero, which some programs read as octal: remove it"},
      {{.params = "params: {a: .inf}"},
       "s.yaml:5:13: params.a: .inf is no number of JSON; in quotes it is passed as a text"},
      {{.params = "params: {a: 99999999999999999999}"},
       "s.yaml:5:13: 99999999999999999999 is beyond the range of 64-bit numbers"},
      {{.params = "params: {\"\": 1}"}, "s.yaml:5:10: params: a name cannot be empty"},
      {{.params = "dataset: {name: mnist}"},
       "s.yaml:5:1: dataset: the program of trial.command has its own dataset: write what it takes "
       "under params"},
      {{.params = "model: {hidden: [3]}"},
       "s.yaml:5:1: model: the program of trial.command has its own model: write what it takes "
       "under params"},
      {{.params = "parms: {width: 3}"},
       "s.yaml:5:1: unknown key \"parms\"; did you mean \"params\"?"},
      {{.training = "training: {epochs: 4, batch_size: 64}"},
       "s.yaml:6:23: training.batch_size: the program of trial.command has its own batches: write "
       "it under params, and trial.steps_per_epoch"},
      {{.training = "training: {epochs: 4, engine: cpu}"},
       "s.yaml:6:23: training.engine: the program of trial.command is the engine: leave it out"},
      {{.training = "training: {epochs: 4, sed: 1}"},
       "s.yaml:6:23: training.sed: unknown training parameter \"sed\"; did you mean \"seed\"?"},
      {{.training = "training: {seed: 1}"}, "s.yaml:6:11: training.epochs is required"},
      {{.training = ""}, "s.yaml:1:1: training.epochs is required"},
      {{.optimizer = ""}, "s.yaml:1:1: optimizer.lr is required by StepLR"},
      {{.optimizer = "optimizer: {lr: -0.1}"},
       "s.yaml:7:17: optimizer.lr: expected a number of at least 0, not -0.1"},
      {{.optimizer = "optimizer: {lr: fast}"},
       "s.yaml:7:17: optimizer.lr: expected a number of at least 0, not \"fast\""},
      {{.optimizer = "optimizer: {type: {a: 1}, lr: 0.1}"},
       "s.yaml:7:19: optimizer.type: expected a text, not {\"a\":1}"},
      {{.optimizer = "optimizer: {lr: 0.1, betas: 0.9}"},
       "s.yaml:7:29: optimizer.betas: expected a list of numbers, each of at least 0 and below 1, "
       "not 0.9"},
      {{.optimizer = "optimizer: {lr: 0.1, groups: {a.b: 1}}"},
       "s.yaml:7:31: optimizer.groups.a.b: a name cannot contain a dot; nest it: a: {b: ...}"},
      {{.optimizer = "optimizer: SGD"}, "s.yaml:7:12: optimizer: expected a mapping of parameters"},
      {{.scheduler = ""}, "s.yaml:1:1: scheduler is required"},
      {{.scheduler = "scheduler: {type: OneCycleLR, max_lr: 0.1, total_steps: run}"},
       "s.yaml:8:12: scheduler: OneCycleLR counts the program's optimizer steps: write "
       "trial.steps_per_epoch, how many an epoch has, or interval: epoch"},
      {{.scheduler = "scheduler: {type: StepLR, step_size: 2, interval: {grid: [epoch, step]}}"},
       "s.yaml:8:51: scheduler: StepLR counts the program's optimizer steps: write "
       "trial.steps_per_epoch, how many an epoch has, or interval: epoch"},
      {{.scheduler = "scheduler: {type: StepLR, step_size: 2, warmup: {steps: 10%}}"},
       "s.yaml:8:49: scheduler.warmup: it counts the program's optimizer steps: write "
       "trial.steps_per_epoch, how many an epoch has"},
      {{.scheduler = "scheduler: {type: ReduceLROnPlateau, metric: val_accuracy}"},
       "s.yaml:8:46: scheduler.metric: expected one of val_loss, not \"val_accuracy\""},
      {{.metrics = "{f1: max}", .scheduler = "scheduler: {type: ReduceLROnPlateau}"},
       "s.yaml:8:12: scheduler.metric is required by ReduceLROnPlateau: one of f1"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(ErrorOf(mistake.yaml.Text()), mistake.error);
  }
}

TEST(ProgramMistakesTest, ASectionThatIsNoneHasItsSentence) {
  struct Mistake {
    const char* text;
    const char* error;
  };
  const Mistake mistakes[] = {
      {"name: t\ntrial:\n",
       "s.yaml:3:1: trial: expected a mapping such as {command: [python, train.py, --width, "
       "\"{params.width}\"], metrics: {val_loss: min}}"},
      {"name: t\ntrial: train.py\n",
       "s.yaml:2:8: trial: expected a mapping such as {command: [python, train.py, --width, "
       "\"{params.width}\"], metrics: {val_loss: min}}"},
      {"name: t\ntrial: {metrics: {val_loss: min}}\n",
       "s.yaml:2:8: trial.command is required: the program and its arguments, such as [python, "
       "train.py, --width, \"{params.width}\"]"},
      {"name: t\ntrial: {command: [a]}\n",
       "s.yaml:2:8: trial.metrics is required: what the program reports, and which way is better, "
       "such as {val_accuracy: max}"},
      {"name: t\nparams: {width: 3}\ntraining: {epochs: 1}\noptimizer: {lr: 0.1}\nscheduler: "
       "{type: ConstantLR}\n",
       "s.yaml:2:1: params: they are of a program of your own: write which one it is under "
       "trial.command"},

  };
  for (const Mistake& mistake : mistakes) EXPECT_EQ(ErrorOf(mistake.text), mistake.error);
}

TEST(ProgramMistakesTest, SettingsHaveTheOptionForAPlace) {
  const std::string text = Yaml{}.Text();
  EXPECT_EQ(ErrorOf(text, {{"trial.command", "[a, \"{b}\"]"}}).substr(0, 60),
            "--set trial.command=[a, \"{b}\"]: trial.command: unknown place");
  EXPECT_EQ(ErrorOf(text, {{"params", "3"}}),
            "--set params=3: params: expected a mapping of parameters");
}

TEST(ProgramMistakesTest, APlaceholderInATextThatIsNotWrittenAsItIsHasItsArgumentForAPlace) {
  EXPECT_EQ(ErrorOf(Yaml{.command = "[python, \"a\\tb{dri}\"]"}.Text()).substr(0, 12),
            "s.yaml:3:21:");
}

}  // namespace
}  // namespace lrsweep
