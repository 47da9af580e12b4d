#include "terminal/style.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "terminal/palette.h"

namespace reinfer::terminal {
namespace {

// In the order of Ink: plain, strong, faint, then those with a meaning.
constexpr std::array<std::string_view, 14> kCodes = {
    "",       "1",          "2",      kSgrGood,    kSgrBad,         kSgrWarning, kSgrServer,
    kSgrPath, kSgrPlatform, kSgrEdge, kSgrNetwork, kSgrCredentials, kSgrRequest, kSgrMonitor};

struct FaultLook {
  model::Fault fault;
  Ink ink;
  std::string_view mark;
};

constexpr std::array<FaultLook, 6> kFaults = {
    {{model::Fault::platform, Ink::platform, kMarkPlatform},
     {model::Fault::edge, Ink::edge, kMarkEdge},
     {model::Fault::network, Ink::network, kMarkNetwork},
     {model::Fault::credentials, Ink::credentials, kMarkCredentials},
     {model::Fault::request, Ink::request, kMarkRequest},
     {model::Fault::monitor, Ink::monitor, kMarkMonitor}}};

const FaultLook* look_of(model::Fault fault) {
  const auto found = std::find_if(kFaults.begin(), kFaults.end(),
                                  [fault](const FaultLook& look) { return look.fault == fault; });
  return found == kFaults.end() ? nullptr : &*found;
}

}  // namespace

Ink ink_of(model::Fault fault) {
  const FaultLook* look = look_of(fault);
  return look ? look->ink : Ink::good;
}

std::string fault_mark(const TerminalStyle& style, model::Fault fault) {
  const FaultLook* look = look_of(fault);
  return style.unicode && look ? std::string(look->mark) + ' ' : "";
}

std::string painted(const TerminalStyle& style, Ink ink, std::string_view text) {
  const std::string_view code = kCodes.at(static_cast<std::size_t>(ink));
  if (!style.colour || code.empty() || text.empty()) return std::string(text);
  std::string result = "\x1b[";
  return result.append(code).append("m").append(text).append("\x1b[0m");
}

std::string outcome_name(const TerminalStyle& style, model::Outcome outcome) {
  const model::Fault fault = model::fault_of(outcome);
  return painted(style, ink_of(fault),
                 fault_mark(style, fault) + std::string(model::to_label(outcome)));
}

std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string result;
  std::size_t column = indent;
  for (const std::string_view word : base::split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > columns) {
      result += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

}  // namespace reinfer::terminal
