#include "expose/text_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>

namespace reinfer {
namespace {

// Whole numbers below are exact, and quicker to spell.
constexpr double kWholeMax = 9007199254740992.0;  // 2^53
// Where servers change over too: they spell edges themselves when they read protobuf, and a series
// must have the same `le` in every format.
constexpr double kFixedMin = 1e-4;

constexpr std::array<bool, 256> kEscaped = [] {
  std::array<bool, 256> escaped{};
  for (const unsigned char c : {'"', '\\', '\n'})
    escaped[c] = true;
  return escaped;
}();

// Values are short and there are many: find_first_of(), which calls memchr() for each character,
// took a third of a scrape.
bool needs_escapes(std::string_view value) {
  bool found = false;
  for (const char c : value)
    found |= kEscaped[static_cast<unsigned char>(c)];
  return found;
}

void append_escaped(std::string& to, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      to += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
}

void append_views(std::string& to, std::same_as<std::string_view> auto... pieces) {
  const std::size_t before = to.size();
  to.resize(before + (pieces.size() + ...));
  char* at = to.data() + before;
  ((at = std::copy_n(pieces.data(), pieces.size(), at)), ...);
}

// All of them with one look at the room that there is.
void append_all(std::string& to, const auto&... pieces) {
  append_views(to, std::string_view(pieces)...);
}

void append_label(std::string& to, const Label& label) {
  if (!needs_escapes(label.value)) return append_all(to, label.name, "=\"", label.value, "\"");
  append_all(to, label.name, "=\"");
  append_escaped(to, label.value);
  to += '"';
}

template <typename... Number>
void append_digits(std::string& to, Number... number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number...).ptr;
  to.append(digits.data(), end);
}

}  // namespace

void append_number(std::string& to, double value) {
  if (std::isfinite(value)) {
    if (std::abs(value) < kWholeMax && value == std::trunc(value) &&
        !(value == 0 && std::signbit(value)))
      append_digits(to, static_cast<std::int64_t>(value));
    else
      append_digits(to, value,
                    std::abs(value) >= kFixedMin && std::abs(value) < kWholeMax
                        ? std::chars_format::fixed
                        : std::chars_format::scientific);
  } else {
    to += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  }
}

void TextLines::set_subject(Labels labels) {
  subject_.clear();
  for (const Label& label : labels) {
    if (!subject_.empty()) subject_ += ',';
    append_label(subject_, label);
  }
}

void TextLines::sample_at(std::string_view name, std::string_view suffix, MoreLabels more) {
  append_all(out_, name, suffix);
  if (!subject_.empty() || more.size() > 0) {
    append_all(out_, "{", subject_);
    bool first = subject_.empty();
    for (const Label& label : more) {
      if (!first) out_ += ',';
      append_label(out_, label);
      first = false;
    }
    out_ += "} ";
  } else {
    out_ += ' ';
  }
}

void TextLines::sample(std::string_view name, std::string_view suffix, MoreLabels more,
                       double value) {
  sample_at(name, suffix, more);
  append_number(out_, value);
}

void TextLines::bucket(std::string_view name, const Histogram& histogram, std::size_t i,
                       std::uint64_t count) {
  if (i == 0) spell_edges(histogram.edges());
  append_all(out_, name, "_bucket{", subject_, subject_.empty() ? "" : ",", spelt_[i]);
  append_digits(out_, count);
}

void TextLines::spell_edges(const std::vector<double>& edges) {
  if (!spelt_.empty() && edges == edges_) return;
  edges_ = edges;
  spelt_.clear();
  for (const double edge : edges) {
    std::string number;
    append_number(number, edge);
    if (style_ == Edges::float_always && number.find_first_of(".e") == std::string::npos)
      number += ".0";
    spelt_.push_back("le=\"" + number + "\"} ");
  }
  spelt_.emplace_back("le=\"+Inf\"} ");
}

}  // namespace reinfer
