// The frame of all pages of the status page: head, banners, foot, and small pieces such as a moment
// in time that each reader sees on their own clock. Pure.
#pragma once

#include <optional>
#include <string>

#include "explain/verdict.h"
#include "page/html.h"
#include "page/page.h"

namespace reinfer::page {

struct PageFrame {
  std::string title;
  std::string root;  // the relative path to the overview, "" or "../../"
  bool trouble = false;
  std::string json = "api/v1/status";  // the same for programs, below the root
  bool still = false;                  // nothing on it changes, so it is not kept up to date
  // Without a script it loads itself again now and then: what a reader has unfolded is folded then,
  // so no page on which details are read.
  bool refreshes = false;
};

inline constexpr const char* kDoctype = "<!DOCTYPE html>\n";

// What a page with this frame begins with, up to and including </head>.
std::string page_head(const PageFrame& frame);
// Up to and including <main>.
void begin_page(Html& html, const record::Snapshot& snapshot, const PageFrame& frame);
// The rest, from </main>.
void write_foot(Html& html, const record::Snapshot& snapshot, const PageFrame& frame,
                const PageContext& context);
// The same; returns the whole text.
std::string end_page(Html& html, const record::Snapshot& snapshot, const PageFrame& frame,
                     const PageContext& context);

// <time>: "02:14 UTC", the whole of it on hover; a script makes it local.
void write_moment(Html& html, base::WallTime moment, base::WallTime now);
// "02:14 UTC to 03:20 UTC"; the end has its day if that is not the day of the beginning.
void write_stretch(Html& html, base::WallTime begin, base::WallTime end, base::WallTime now);
// <time> to the second: "02:14:05 UTC".
void write_second(Html& html, base::WallTime moment);
void write_words(Html& html, const explain::Verdict& verdict, base::WallTime now);
// "12 s ago" with the moment on hover.
void write_age(Html& html, base::WallTime moment, base::WallTime now);
// Word and shape of a probe's state: "failing", and whose fault.
void write_state(Html& html, const explain::ProbeStatus& status, base::WallTime now);

std::string path_of(const model::Target& target);         // "target/acme/dataset", percent-encoded
std::string percent(const std::optional<double>& ratio);  // "99.95 %", cut and never rounded up

}  // namespace reinfer::page
