// A table of parameters, each bound to the member of an options struct that holds its value.
//
// One row describes a parameter completely: name, member, range, default, unit and
// meaning. Reading the configuration, range checks, help and documentation follow from it:
//
//   struct StepLrOptions {
//     int64_t step_size = 0;
//     double gamma = 0.1;
//   };
//   const OptionTable<StepLrOptions> table = {
//       {&StepLrOptions::step_size, kRequired,
//        {.name = "step_size", .range = AtLeast(1), .help = "ticks from one decay to the next"}},
//       {&StepLrOptions::gamma,
//        {.name = "gamma", .range = Above(0), .help = "factor of each decay"}}};
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "params/parameter.h"
#include "params/value.h"

namespace lrsweep {

// Ranges, for rows.
constexpr Range AtLeast(double minimum) { return {.minimum = minimum}; }
constexpr Range Above(double minimum) { return {.minimum = minimum, .open_minimum = true}; }
constexpr Range Between(double minimum, double maximum) {
  return {.minimum = minimum, .maximum = maximum};
}

/// How a member of type T is stored as a parameter: its kind, and both directions of conversion.
/// `FromValue` takes what Coerce returns and throws std::invalid_argument for another type.
/// Specialize it for further member types.
template <typename T>
struct MemberType;

/// Throws std::invalid_argument that names what was found instead.
[[noreturn]] void RefuseType(const Value& value, std::string_view expected);

template <typename T, Kind kind_of_t>
struct PlainMemberType {
  static constexpr Kind kKind = kind_of_t;
  static Value ToValue(const T& member) { return member; }
  static T FromValue(const Value& value) {
    const auto* stored = value.As<T>();
    if (stored == nullptr) RefuseType(value, KindName(T()));
    return *stored;
  }
};

template <>
struct MemberType<bool> : PlainMemberType<bool, Kind::kBoolean> {};
template <>
struct MemberType<int64_t> : PlainMemberType<int64_t, Kind::kInteger> {};
template <>
struct MemberType<std::string> : PlainMemberType<std::string, Kind::kText> {};
/// Nested schedulers: each element is a mapping.
template <>
struct MemberType<List> : PlainMemberType<List, Kind::kSchedulers> {};

template <>
struct MemberType<double> : PlainMemberType<double, Kind::kReal> {
  static double FromValue(const Value& value) {
    const auto* integer = value.As<int64_t>();  // what "run" stands for
    return integer != nullptr ? static_cast<double>(*integer) : PlainMemberType::FromValue(value);
  }
};

template <>
struct MemberType<std::vector<int64_t>> {
  static constexpr Kind kKind = Kind::kIntegerList;
  static Value ToValue(const std::vector<int64_t>& member) {
    return List(member.begin(), member.end());
  }
  static std::vector<int64_t> FromValue(const Value& value) {
    std::vector<int64_t> member;
    for (const Value& element : MemberType<List>::FromValue(value)) {
      member.push_back(MemberType<int64_t>::FromValue(element));
    }
    return member;
  }
};

template <>
struct MemberType<std::vector<double>> {
  static constexpr Kind kKind = Kind::kRealList;
  static Value ToValue(const std::vector<double>& member) {
    return List(member.begin(), member.end());
  }
  static std::vector<double> FromValue(const Value& value) {
    std::vector<double> member;
    for (const Value& element : MemberType<List>::FromValue(value)) {
      member.push_back(MemberType<double>::FromValue(element));
    }
    return member;
  }
};

/// No value is null.
template <typename T>
struct MemberType<std::optional<T>> {
  static constexpr Kind kKind = MemberType<T>::kKind;
  static Value ToValue(const std::optional<T>& member) {
    return member ? MemberType<T>::ToValue(*member) : Value();
  }
  static std::optional<T> FromValue(const Value& value) {
    if (value.IsNull()) return std::nullopt;
    return MemberType<T>::FromValue(value);
  }
};

/// The value itself, or the number of ticks that it stands for: `run_ticks` for "run", and for null
/// where a parameter that accepts "run" has null as its default. Every parameter that counts ticks
/// is read here. Throws std::invalid_argument where `run_ticks` is out of the parameter's range.
Value ResolveTicks(const Parameter& parameter, const Value& value, int64_t run_ticks);

/// Throws std::invalid_argument "NAME: expected ..., not ..." where Coerce refuses the value.
void RefuseOutOfRange(const Parameter& parameter, const Value& value);

/// Throws std::invalid_argument unless low <= high (false for NaN): "base_lr 2 is above max_lr 1".
void RequireOrder(const std::string& low_name, double low, const std::string& high_name,
                  double high);

/// Throws std::invalid_argument unless `ticks` are strictly increasing.
void RequireIncreasing(const std::string& name, const std::vector<int64_t>& ticks);

/// Throws std::invalid_argument where one of `ticks` is below the one before it.
void RequireNotDecreasing(const std::string& name, const std::vector<int64_t>& ticks);

/// Marks a row whose parameter must be written.
struct Required {};
inline constexpr Required kRequired;

/// The text of each value of an enumeration, in the order of the help.
template <typename Enum>
using EnumNames = std::vector<std::pair<std::string, Enum>>;

/// The parameters of an options struct. Immutable, so safe to use from several threads.
template <typename Options>
class OptionTable {
 public:
  class Row {
   public:
    /// A parameter that may be left out. Kind and default follow from the member; its initializer
    /// is the default, unless `parameter.default_value` says another one ("run").
    template <typename Member>
    Row(Member Options::*member, Parameter parameter) : parameter_(std::move(parameter)) {
      using Type = MemberType<Member>;
      Bind<Type>(member);
      if (!parameter_.default_value) parameter_.default_value = Type::ToValue(Options().*member);
    }

    /// A parameter that must be written. The member's initializer should be out of range, so that
    /// the check refuses options in which it was not set.
    template <typename Member>
    Row(Member Options::*member, Required, Parameter parameter) : parameter_(std::move(parameter)) {
      Bind<MemberType<Member>>(member);
    }

    /// A choice between the values of an enumeration.
    template <typename Enum>
    Row(Enum Options::*member, const EnumNames<std::type_identity_t<Enum>>& names,
        Parameter parameter)
        : parameter_(std::move(parameter)) {
      parameter_.kind = Kind::kChoice;
      for (const auto& [name, value] : names) parameter_.choices.push_back(name);
      get_ = [member, names](const Options& options) -> Value {
        for (const auto& [name, value] : names) {
          if (value == options.*member) return name;
        }
        return {};
      };
      set_ = [member, names](const Value& value, Options& options) {
        const auto text = MemberType<std::string>::FromValue(value);
        for (const auto& [name, named] : names) {
          if (name == text) options.*member = named;
        }
      };
      parameter_.default_value = get_(Options());
    }

    const Parameter& parameter() const { return parameter_; }

    void Read(const Map& parameters, int64_t run_ticks, Options& options) const {
      const Value* value = Find(parameters, parameter_.name);
      if (value == nullptr && parameter_.default_value) value = &*parameter_.default_value;
      if (value != nullptr) set_(ResolveTicks(parameter_, *value, run_ticks), options);
    }

    void Check(const Options& options) const { RefuseOutOfRange(parameter_, get_(options)); }

   private:
    template <typename Type, typename Member>
    void Bind(Member Options::*member) {
      const bool choice_of_texts = !parameter_.choices.empty();
      parameter_.kind = choice_of_texts ? Kind::kChoice : Type::kKind;
      get_ = [member](const Options& options) { return Type::ToValue(options.*member); };
      set_ = [member](const Value& value, Options& options) {
        options.*member = Type::FromValue(value);
      };
    }

    Parameter parameter_;
    std::function<Value(const Options&)> get_;
    std::function<void(const Value&, Options&)> set_;
  };

  OptionTable(std::initializer_list<Row> rows) : rows_(rows) {}

  /// The rows as help and configuration know them, in their order.
  std::vector<Parameter> parameters() const {
    std::vector<Parameter> all;
    for (const Row& row : rows_) all.push_back(row.parameter());
    return all;
  }

  /// The options of `parameters`, which are as Coerce returns them. One that is left out has its
  /// default. Names that are not in the table are ignored. `run_ticks`: what "run" stands for.
  Options Read(const Map& parameters, int64_t run_ticks) const {
    Options options;
    for (const Row& row : rows_) row.Read(parameters, run_ticks, options);
    return options;
  }

  /// Throws std::invalid_argument for the first member that is out of its range.
  void RequireInRange(const Options& options) const {
    for (const Row& row : rows_) row.Check(options);
  }

 private:
  std::vector<Row> rows_;
};

}  // namespace lrsweep
