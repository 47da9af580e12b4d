// Codes of ECMA-48 (SGR) for the meanings of colours, and characters for the shapes of faults.
// Made by dashboards/palette/palette.py from palette.toml: change that.
// Used by style.cpp alone. Numbers of the terminal's own theme, no colours.
#pragma once

#include <string_view>

namespace reinfer::terminal {

inline constexpr std::string_view kSgrGood = "32";
inline constexpr std::string_view kSgrBad = "31";
inline constexpr std::string_view kSgrWarning = "33";
inline constexpr std::string_view kSgrServer = "1";
inline constexpr std::string_view kSgrPath = "36";
inline constexpr std::string_view kSgrPlatform = "31";
inline constexpr std::string_view kSgrEdge = "33";
inline constexpr std::string_view kSgrNetwork = "36";
inline constexpr std::string_view kSgrCredentials = "35";
inline constexpr std::string_view kSgrRequest = "93";
inline constexpr std::string_view kSgrMonitor = "94";

inline constexpr std::string_view kMarkPlatform = "\xe2\x96\xa0";
inline constexpr std::string_view kMarkEdge = "\xe2\x97\x86";
inline constexpr std::string_view kMarkNetwork = "\xe2\x96\xb2";
inline constexpr std::string_view kMarkCredentials = "\xe2\x96\xbc";
inline constexpr std::string_view kMarkRequest = "\xe2\x9c\x95";
inline constexpr std::string_view kMarkMonitor = "\xe2\x97\x8f";

}  // namespace reinfer::terminal
