#include "metrics/text_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace reinfer::metrics {
namespace {

// Whole numbers below this are exact, and quicker to spell.
constexpr double kWholeMax = 9007199254740992.0;  // 2^53
// The limit at which servers change to an exponent, too: they spell edges themselves when they read
// protobuf, and a series must have the same `le` in every format.
constexpr double kFixedMin = 1e-4;

constexpr std::array<bool, 256> kEscaped = [] {
  std::array<bool, 256> escaped{};
  for (const char c : {'"', '\\', '\n'})
    escaped[static_cast<unsigned char>(c)] = true;
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

[[gnu::noinline]] void append_escaped(base::Buffer& to, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      base::append_all(to, "\\n");
      continue;
    }
    if (c == '"' || c == '\\') to.push_back('\\');
    to.push_back(c);
  }
}

// The same characters in memory, which is quicker to test than equality.
bool is_same(std::string_view left, std::string_view right) {
  return left.data() == right.data() && left.size() == right.size();
}

void append_label(base::Buffer& to, const Label& label) {
  if (!needs_escapes(label.value))
    return base::append_all(to, label.name, "=\"", label.value, "\"");
  base::append_all(to, label.name, "=\"");
  append_escaped(to, label.value);
  to.push_back('"');
}

template <typename... Number>
void append_digits(base::Buffer& to, Number... number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number...).ptr;
  base::append_all(to, std::string_view(digits.data(), end));
}

}  // namespace

void append_number(base::Buffer& to, double value) {
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
    base::append_all(to, std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
  }
}

void TextLines::set_subject(Labels labels) {
  subject_.clear();
  for (const Label& label : labels) {
    subject_.push_back(subject_.size() == 0 ? '{' : ',');
    append_label(subject_, label);
  }
  head_ = {};
}

void TextLines::append_again(const Stretch& stretch) {
  const std::size_t before = out_.size();
  base::check(stretch.at + stretch.bytes <= before, "what was written is still there");
  out_.resize(before + stretch.bytes);
  std::copy_n(out_.data() + stretch.at, stretch.bytes, out_.data() + before);
}

void TextLines::append_head(std::string_view name, std::string_view suffix) {
  if (head_.bytes > 0 && is_same(name, head_name_) && is_same(suffix, head_suffix_))
    return append_again(head_);
  head_.at = out_.size();
  base::append_all(out_, name, suffix, base::to_view(subject_));
  head_.bytes = out_.size() - head_.at;
  head_name_ = name;
  head_suffix_ = suffix;
}

void TextLines::sample_at(std::string_view name, std::string_view suffix, MoreLabels more) {
  labels_.at = out_.size() + name.size() + suffix.size();
  append_head(name, suffix);
  bool first = subject_.size() == 0;
  for (const Label& label : more) {
    out_.push_back(first ? '{' : ',');
    append_label(out_, label);
    first = false;
  }
  base::append_all(out_, first ? " " : "} ");
  labels_.bytes = out_.size() - labels_.at;
}

void TextLines::labelled_alike(std::string_view name, std::string_view suffix) {
  base::append_all(out_, name, suffix);
  append_again(labels_);
}

void TextLines::sample(std::string_view name, std::string_view suffix, MoreLabels more,
                       double value) {
  sample_at(name, suffix, more);
  append_number(out_, value);
}

void TextLines::bucket(std::string_view name, const record::Histogram& histogram, std::size_t i,
                       std::uint64_t count) {
  if (i == 0) spell_edges(histogram.edges());
  append_head(name, "_bucket");
  base::append_all(out_, subject_.size() == 0 ? "{" : ",", spelt_[i]);
  append_digits(out_, count);
}

void TextLines::spell_edges(const std::vector<double>& edges) {
  if (!spelt_.empty() && edges == edges_) return;
  edges_ = edges;
  spelt_.clear();
  for (const double edge : edges) {
    base::Buffer digits;
    append_number(digits, edge);
    std::string number = fmt::to_string(digits);
    if (style_ == Edges::float_always && number.find_first_of(".e") == std::string::npos)
      number += ".0";
    spelt_.push_back("le=\"" + number + "\"} ");
  }
  spelt_.emplace_back("le=\"+Inf\"} ");
}

}  // namespace reinfer::metrics
