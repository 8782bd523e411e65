#include "schedulers/expression.h"

#include <muParser.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <mutex>
#include <numbers>
#include <stdexcept>

#include "params/names.h"

namespace lrsweep {
namespace {

using OfOne = double (*)(double);
using OfTwo = double (*)(double, double);

struct NamedOfOne {
  const char* name;
  OfOne function;
};
struct NamedOfTwo {
  const char* name;
  OfTwo function;
};

// Ours instead of muParser's, in which log has been the natural and the decimal logarithm by
// version.
constexpr NamedOfOne kOfOne[] = {
    {"sin", std::sin},     {"cos", std::cos},     {"tan", std::tan},   {"asin", std::asin},
    {"acos", std::acos},   {"atan", std::atan},   {"sinh", std::sinh}, {"cosh", std::cosh},
    {"tanh", std::tanh},   {"exp", std::exp},     {"ln", std::log},    {"log", std::log},
    {"log2", std::log2},   {"log10", std::log10}, {"sqrt", std::sqrt}, {"abs", std::fabs},
    {"floor", std::floor}, {"ceil", std::ceil},
};

/// Python's a % b.
double Modulo(double a, double b) {
  const double rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(0.0, b);
  return (b < 0) != (rest < 0) ? rest + b : rest;
}

constexpr NamedOfTwo kOfTwo[] = {{"pow", std::pow}, {"atan2", std::atan2}, {"mod", Modulo}};

// Unlike std::min they pass NaN on, so that the check of the rates finds it.
double Least(const double* values, int count) {
  double least = values[0];
  for (int i = 1; i < count; ++i) {
    if (std::isnan(values[i]) || values[i] < least) least = values[i];
  }
  return least;
}

double Greatest(const double* values, int count) {
  double greatest = values[0];
  for (int i = 1; i < count; ++i) {
    if (std::isnan(values[i]) || values[i] > greatest) greatest = values[i];
  }
  return greatest;
}

double If(double condition, double then, double otherwise) {
  return condition != 0 ? then : otherwise;
}

std::vector<std::string> FunctionNames() {
  std::vector<std::string> names = {"min", "max", "if"};
  for (const NamedOfOne& one : kOfOne) names.emplace_back(one.name);
  for (const NamedOfTwo& two : kOfTwo) names.emplace_back(two.name);
  return names;
}

void Define(mu::Parser& parser) {
  parser.ClearFun();
  parser.ClearConst();
  for (const NamedOfOne& one : kOfOne) parser.DefineFun(one.name, one.function);
  for (const NamedOfTwo& two : kOfTwo) parser.DefineFun(two.name, two.function);
  parser.DefineFun("min", Least);
  parser.DefineFun("max", Greatest);
  parser.DefineFun("if", If);
  parser.DefineConst("pi", std::numbers::pi);
  parser.DefineConst("e", std::numbers::e);
  // It rearranges sums and products, which changes last digits.
  parser.EnableOptimizer(false);
}

bool IsNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The name that begins at `at`, or "".
std::string NameAt(const std::string& text, size_t at) {
  if (at >= text.size() || std::isdigit(static_cast<unsigned char>(text[at]))) return "";
  size_t end = at;
  while (end < text.size() && IsNameCharacter(text[end])) ++end;
  return text.substr(at, end - at);
}

std::string AtCharacter(size_t at) { return " at character " + std::to_string(at + 1); }

/// What cannot be read at `at`: a name that is not known, or something else.
std::string Unreadable(const std::string& text, size_t at,
                       const std::vector<std::string>& variables) {
  const std::string name = NameAt(text, at);
  if (name.empty()) {
    const size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
    std::string what = "cannot read \"" + text.substr(at, end - at) + "\"" + AtCharacter(at);
    if (text[at] == '%') what += "; a remainder is written mod(a, b)";
    return what;
  }
  const std::vector<std::string> functions = FunctionNames();
  if (std::find(functions.begin(), functions.end(), name) != functions.end()) {
    const size_t next = text.find_first_not_of(" \t\n", at + name.size());
    const bool called = next != std::string::npos && text[next] == '(';
    return name + AtCharacter(at) +
           (called ? " has the wrong number of arguments"
                   : " is a function: write " + name + "(...)");
  }
  std::vector<std::string> known = variables;
  known.insert(known.end(), Expression::Words().begin(), Expression::Words().end());
  std::string what = UnknownName("name", name, known);
  const std::string quoted = "\"" + name + "\"";
  return what.insert(what.find(quoted) + quoted.size(), AtCharacter(at));
}

/// muParser's error in our words.
std::string Explained(const mu::ParserError& error, const std::string& text,
                      const std::vector<std::string>& variables) {
  const auto position = static_cast<ptrdiff_t>(error.GetPos());
  const size_t at = std::clamp<ptrdiff_t>(position, 0, static_cast<ptrdiff_t>(text.size()));
  const std::string token = "\"" + error.GetToken() + "\"" + AtCharacter(at);
  switch (error.GetCode()) {
    case mu::ecEMPTY_EXPRESSION:
      return "the formula is empty";
    case mu::ecUNASSIGNABLE_TOKEN:
      if (at < text.size()) return Unreadable(text, at, variables);
      break;
    case mu::ecUNEXPECTED_OPERATOR:
      if (at > 0 && at < text.size() && text[at] == '*' && text[at - 1] == '*') {
        return "unexpected " + token + "; a power is written ^";
      }
      return "unexpected operator " + token;
    case mu::ecUNEXPECTED_VAL:
    case mu::ecUNEXPECTED_VAR:
    case mu::ecUNEXPECTED_FUN:
      return "unexpected " + token + "; an operator is missing before it";
    case mu::ecUNEXPECTED_PARENS:
      return "unexpected " + token;
    case mu::ecUNEXPECTED_ARG_SEP:
      return "unexpected comma" + AtCharacter(at);
    case mu::ecMISSING_PARENS:
      return "a \")\" is missing at the end";
    case mu::ecUNEXPECTED_EOF:
      return "the formula ends too early, after character " + std::to_string(text.size());
    case mu::ecTOO_MANY_PARAMS:
    case mu::ecTOO_FEW_PARAMS:
      return error.GetToken() + "(...), which ends" + AtCharacter(at) + ", has too " +
             (error.GetCode() == mu::ecTOO_MANY_PARAMS ? "many" : "few") + " arguments";
    case mu::ecMISSING_ELSE_CLAUSE:
      return "a \"?\" has no \":\"";
    case mu::ecMISPLACED_COLON:
      return "the \":\"" + AtCharacter(at) + " has no \"?\"";
    default:
      break;
  }
  return "cannot be read" + AtCharacter(at) + ": " + error.GetMsg();
}

/// muParser would assign and would take texts in quotes.
void RefuseWhatIsNotArithmetic(const std::string& text) {
  if (text.size() > Expression::kLongest) {
    throw std::invalid_argument("the formula has " + std::to_string(text.size()) +
                                " characters, expected at most " +
                                std::to_string(Expression::kLongest));
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') throw std::invalid_argument("unexpected '\"'" + AtCharacter(i));
    if (c != '=') continue;
    if (i + 1 < text.size() && text[i + 1] == '=') {
      ++i;
    } else if (i == 0 || std::string("<>!").find(text[i - 1]) == std::string::npos) {
      throw std::invalid_argument("unexpected \"=\"" + AtCharacter(i) +
                                  "; a comparison is written ==");
    }
  }
}

}  // namespace

struct Expression::Parsed {
  std::mutex mutex;  // of everything below
  std::vector<double> values;
  mu::Parser parser;
};

Expression::Expression(const std::string& text, const std::vector<std::string>& variables)
    : parsed_(std::make_shared<Parsed>()) {
  RefuseWhatIsNotArithmetic(text);
  parsed_->values.assign(variables.size(), 1.0);
  try {
    mu::Parser& parser = parsed_->parser;
    Define(parser);
    for (size_t i = 0; i < variables.size(); ++i) {
      parser.DefineVar(variables[i], &parsed_->values[i]);
    }
    parser.SetExpr(text);
    parser.Eval();  // the first evaluation is what reads the text
    if (parser.GetNumResults() > 1) {
      throw std::invalid_argument("a comma stands outside of a function's arguments");
    }
  } catch (const mu::ParserError& error) {
    throw std::invalid_argument(Explained(error, text, variables));
  }
}

double Expression::At(const std::vector<double>& values) const {
  const std::lock_guard lock(parsed_->mutex);
  std::copy(values.begin(), values.end(), parsed_->values.begin());
  return parsed_->parser.Eval();
}

bool Expression::Uses(const std::string& variable) const {
  const std::lock_guard lock(parsed_->mutex);
  const auto& used = parsed_->parser.GetUsedVar();
  return used.find(variable) != used.end();
}

const std::vector<std::string>& Expression::Words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> all = FunctionNames();
    all.insert(all.end(), {"pi", "e"});
    return all;
  }();
  return words;
}

}  // namespace lrsweep
