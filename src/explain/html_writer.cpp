#include "explain/html_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"

namespace reinfer::explain {
namespace {

// Inside <svg> every element is closed; these two read the same in HTML and in SVG.
bool in_svg(std::string_view tag) {
  static constexpr std::array<std::string_view, 4> kShapes = {"path", "rect", "use", "line"};
  return std::find(kShapes.begin(), kShapes.end(), tag) != kShapes.end();
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += (byte < 0x20 && c != '\n') || byte == 0x7f ? ' ' : c;
    }
  }
}

}  // namespace

void Html::start(const char* tag, Attributes attributes) {
  out_ += '<';
  out_ += tag;
  for (const HtmlAttribute& attribute : attributes) {
    if (*attribute.name == '\0') continue;
    out_ += ' ';
    out_ += attribute.name;
    out_ += "=\"";
    append_escaped(out_, attribute.value);
    out_ += '"';
  }
}

Html& Html::open(const char* tag, Attributes attributes) {
  start(tag, attributes);
  out_ += '>';
  open_.push_back(tag);
  return *this;
}

Html& Html::close() {
  base::check(!open_.empty(), "a tag that is closed was opened");
  out_ += "</";
  out_ += open_.back();
  out_ += '>';
  open_.pop_back();
  return *this;
}

Html& Html::single(const char* tag, Attributes attributes) {
  start(tag, attributes);
  out_ += in_svg(tag) ? "/>" : ">";
  return *this;
}

Html& Html::text(std::string_view text) {
  append_escaped(out_, text);
  return *this;
}

Html& Html::element(const char* tag, Attributes attributes, std::string_view content) {
  return open(tag, attributes).text(content).close();
}

std::string Html::take_so_far() {
  return std::exchange(out_, {});
}

std::string Html::take() {
  base::check(open_.empty(), "a page closes what it opens");
  return take_so_far();
}

std::string escape_html(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

}  // namespace reinfer::explain
