// Writes HTML that is well-formed and safe by construction: text and attribute values are escaped
// here and nowhere else, tags are closed in the order in which they were opened. Text of strangers
// can only ever be text. Used by the page and the month's report; not thread-safe, each has its
// own.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace reinfer::explain {

struct HtmlAttribute {
  const char* name;  // a literal of ours
  std::string value;
};

class Html {
 public:
  using Attributes = std::initializer_list<HtmlAttribute>;

  // Names of tags are literals of ours. `class` and the like with an empty value are written;
  // an attribute named "" is left out, so that callers can choose with a conditional.
  Html& open(const char* tag, Attributes attributes = {});
  Html& close();
  // A tag without content that is never closed: meta, link, input, path in SVG.
  Html& single(const char* tag, Attributes attributes = {});
  Html& text(std::string_view text);
  // open, text, close.
  Html& element(const char* tag, Attributes attributes, std::string_view text);
  Html& element(const char* tag, std::string_view text) { return element(tag, {}, text); }

  std::size_t size() const { return out_.size(); }
  // What was written since the last take; what is open stays open.
  std::string take_so_far();
  // REQUIRES: everything was closed.
  std::string take();

 private:
  void start(const char* tag, Attributes attributes);

  std::string out_;
  std::vector<const char*> open_;
};

// Without <, >, &, and both quotes; characters that HTML does not know at all become spaces.
std::string escape_html(std::string_view text);

}  // namespace reinfer::explain
