#include "views/report/page.h"

#include <map>
#include <string_view>

#include "data/sha256.h"
#include "page_D3.h"
#include "page_D3Licence.h"
#include "page_Script.h"
#include "page_Style.h"
#include "page_Template.h"
#include "params/text.h"

namespace lrsweep {
namespace {

/// Escapes '<', which JSON has only within strings, where "\u003c" means the same.
std::string WithoutTags(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

/// How the Content-Security-Policy names the text of a script or style element.
std::string Hash(std::string_view content) { return "'sha256-" + Sha256Base64(content) + "'"; }

/// The template with every {{NAME}} replaced. Names within replaced text are not replaced.
std::string Fill(std::string_view page, const std::map<std::string_view, std::string>& parts) {
  std::string out;
  for (size_t at = 0; at < page.size();) {
    const size_t open = page.find("{{", at);
    out += page.substr(at, open - at);
    if (open == std::string_view::npos) break;
    const size_t close = page.find("}}", open);
    out += parts.at(page.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  return out;
}

}  // namespace

std::string MakePage(const std::string& title, const std::string& json) {
  const std::string policy = "default-src 'none'; script-src " + Hash(kD3) + " " + Hash(kScript) +
                             "; style-src " + Hash(kStyle) +
                             "; base-uri 'none'; form-action 'none'";
  return Fill(kTemplate, {{"POLICY", policy},
                          {"TITLE", EscapedMarkup(title)},
                          {"STYLE", std::string(kStyle)},
                          {"D3", std::string(kD3)},
                          {"D3_LICENCE", std::string(kD3Licence)},
                          {"SCRIPT", std::string(kScript)},
                          {"DATA", WithoutTags(json)}});
}

}  // namespace lrsweep
