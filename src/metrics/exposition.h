// A scrape as it is written: pieces of bounded size, one after the other, in one buffer, however
// many series there are. Used by the HTTP pool, by one thread at a time. Pure: families and samples
// stand in a fixed order, so the same facts give the same bytes. It knows no HTTP.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/family_walk.h"
#include "metrics/format.h"

namespace reinfer::metrics {

std::unique_ptr<Encoder> make_encoder(Format format, base::Buffer& out);

class Exposition {
 public:
  // A piece is as long as that, or longer by the samples that one target has of one family. So few
  // targets have larger ones, for they are often whole in one, and then the reply has a length; of
  // many, as many clients as there are keep a small one each.
  static constexpr std::size_t kFewTargets = 8;
  static constexpr std::size_t kPieceBytesOfFew = 64 * 1024;
  static constexpr std::size_t kPieceBytes = 16 * 1024;

  // Several expositions may share a snapshot, on several threads.
  Exposition(std::shared_ptr<const record::Snapshot> snapshot, InstrumentSamples instruments,
             const ProcessStats& process, Format format);
  Exposition(record::Snapshot snapshot, InstrumentSamples instruments, const ProcessStats& process,
             Format format)
      : Exposition(std::make_shared<const record::Snapshot>(std::move(snapshot)),
                   std::move(instruments), process, format) {}
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  // The next piece, which the call after this one overwrites. Empty: that was all.
  std::string_view next();
  bool done() const { return finished_; }

 private:
  std::size_t piece_bytes() const {
    return snapshot_->targets.size() > kFewTargets ? kPieceBytes : kPieceBytesOfFew;
  }
  void write_some();

  const std::shared_ptr<const record::Snapshot> snapshot_;
  const InstrumentSamples instruments_;
  const ProcessStats process_;
  FamilyWalk walk_;
  base::Buffer buffer_;
  const std::unique_ptr<Encoder> encoder_;
  std::vector<Family> families_;
  std::size_t family_ = 0;
  std::size_t subject_ = 0;
  bool finished_ = false;
};

// The figures of one target alone, for a probe on demand.
std::string render_target(const TargetFacts& of, Format format);

}  // namespace reinfer::metrics
