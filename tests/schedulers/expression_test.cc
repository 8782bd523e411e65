#include "schedulers/expression.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <locale>
#include <stdexcept>
#include <string>
#include <vector>

namespace lrsweep {
namespace {

double ValueOf(const std::string& text) { return Expression(text, {"t", "base"}).At({3, 0.5}); }

std::string Mistake(const std::string& text) {
  try {
    ValueOf(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

TEST(ExpressionTest, ComputesWithTheUsualPrecedence) {
  EXPECT_EQ(ValueOf("base + 2 * t"), 6.5);
  EXPECT_EQ(ValueOf("-2 ^ 2"), -4);
  EXPECT_EQ(ValueOf("2 ^ 3 ^ 2"), 512);
  EXPECT_EQ(ValueOf("2 ^ -1"), 0.5);
  EXPECT_EQ(ValueOf("2 * -t"), -6);
  EXPECT_EQ(ValueOf("1 - t / 2 - 1"), -1.5);
  EXPECT_EQ(ValueOf("t > 2 && base < 1 || 0"), 1);
  EXPECT_EQ(ValueOf("t < 2 ? 7 : t < 4 ? 8 : 9"), 8);
  EXPECT_EQ(ValueOf("t\n  * 2"), 6);
}

TEST(ExpressionTest, LogIsTheNaturalLogarithm) {
  EXPECT_EQ(ValueOf("log(t)"), std::log(3.0));
  EXPECT_EQ(ValueOf("ln(t)"), std::log(3.0));
  EXPECT_EQ(ValueOf("log10(1000)"), std::log10(1000.0));
  EXPECT_EQ(ValueOf("log(e)"), 1);
  EXPECT_NEAR(ValueOf("cos(pi)"), -1, 1e-15);
}

TEST(ExpressionTest, ModIsPythons) {
  EXPECT_EQ(ValueOf("mod(7, 3)"), 1);
  EXPECT_EQ(ValueOf("mod(-7, 3)"), 2);
  EXPECT_EQ(ValueOf("mod(7, -3)"), -2);
}

TEST(ExpressionTest, MinAndMaxPassNanOn) {
  EXPECT_TRUE(std::isnan(ValueOf("max(0, sqrt(-1))")));
  EXPECT_TRUE(std::isnan(ValueOf("min(1, sqrt(-1), 2)")));
}

TEST(ExpressionTest, KnowsWhatItUses) {
  const Expression expression("t > 5 ? base : 1", {"t", "T", "base"});
  EXPECT_TRUE(expression.Uses("base"));
  EXPECT_FALSE(expression.Uses("T"));
}

TEST(ExpressionTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Mistake("1 + bas * t"), "unknown name \"bas\" at character 5; did you mean \"base\"?");
  EXPECT_EQ(Mistake("sine(t)"), "unknown name \"sine\" at character 1; did you mean \"sin\"?");
  EXPECT_EQ(Mistake("1 + * t"), "unexpected operator \"*\" at character 5");
  EXPECT_EQ(Mistake("2 ** t"), "unexpected \"*\" at character 4; a power is written ^");
  EXPECT_EQ(Mistake("t % 2"), "cannot read \"%\" at character 3; a remainder is written mod(a, b)");
  EXPECT_EQ(Mistake("2 t"), "unexpected \"t\" at character 3; an operator is missing before it");
  EXPECT_EQ(Mistake("2 + sin"), "sin at character 5 is a function: write sin(...)");
  EXPECT_EQ(Mistake("pow(2)"), "pow(...), which ends at character 6, has too few arguments");
  EXPECT_EQ(Mistake("sin(1, 2)"), "sin(...), which ends at character 9, has too many arguments");
  EXPECT_EQ(Mistake("t = 5"), "unexpected \"=\" at character 3; a comparison is written ==");
  EXPECT_EQ(Mistake("(t"), "a \")\" is missing at the end");
  EXPECT_EQ(Mistake("t)"), "unexpected \")\" at character 2");
  EXPECT_EQ(Mistake("1 +"), "the formula ends too early, after character 3");
  EXPECT_EQ(Mistake("t > 1 ? 2"), "a \"?\" has no \":\"");
  EXPECT_EQ(Mistake("1, 2"), "a comma stands outside of a function's arguments");
  EXPECT_EQ(Mistake(" "), "the formula is empty");
  EXPECT_EQ(Mistake("\"t\""), "unexpected '\"' at character 1");
}

std::string Repeated(const std::string& piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(ExpressionTest, TakesDeepNestingAndRefusesWhatIsTooLong) {
  EXPECT_EQ(ValueOf(Repeated("(", 2400) + "t" + Repeated(")", 2400)), 3);
  EXPECT_EQ(ValueOf(Repeated("abs(", 900) + "t" + Repeated(")", 900)), 3);
  EXPECT_EQ(ValueOf(Repeated("-(", 1000) + "t" + Repeated(")", 1000)), 3);
  EXPECT_EQ(ValueOf(Repeated("1+", 2000) + "t"), 2003);
  EXPECT_EQ(ValueOf(Repeated("0 ? 1 : ", 500) + "t"), 3);
  EXPECT_EQ(Mistake(Repeated("(", 100'000)),
            "the formula has 100000 characters, expected at most 4999");
  EXPECT_EQ(ValueOf(std::string(Expression::kLongest - 1, ' ') + "t"), 3);
}

TEST(ExpressionTest, ReadsADecimalPointWhateverTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const std::locale global = std::locale();
  for (const char* name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8", "C"}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;  // not installed
    EXPECT_EQ(ValueOf("1.5 * 2"), 3) << name;
  }
  std::setlocale(LC_ALL, before.c_str());
  struct CommaInNumbers : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  std::locale::global(std::locale(std::locale::classic(), new CommaInNumbers));
  EXPECT_EQ(ValueOf("1.5 * 2"), 3);
  EXPECT_EQ(ValueOf("1234.5 - 1.234e3"), 0.5);
  std::locale::global(global);
}

TEST(ExpressionTest, RefusesAnyTextOrComputesIt) {
  // Every text of up to three of these pieces.
  const std::vector<std::string> pieces = {"t", "1e400", "(", ")", ",",  "+", "?",    ":",
                                           "=", "sin",   "!", "&", "\"", "π", "min(", "\n"};
  for (size_t i = 0; i < pieces.size() * pieces.size() * pieces.size(); ++i) {
    std::string text;
    for (size_t rest = i; rest > 0; rest /= pieces.size()) text += pieces[rest % pieces.size()];
    Mistake(text);  // throws nothing else, and ends
  }
}

}  // namespace
}  // namespace lrsweep
