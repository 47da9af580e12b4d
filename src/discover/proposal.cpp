#include "discover/proposal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "explain/outcome_words.h"

namespace reinfer::discover {
namespace {

constexpr std::size_t kStreamsProbedMax = 3;
constexpr std::size_t kFurtherMax = 40;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kHashDigits = 8;

// The name of a listing, the permission it needs, and the probes that depend on it.
struct ListingWords {
  std::string_view use;
  std::string_view noun;
  std::string_view permission;  // as the vendor's pages and its API call it
  std::string_view probes;
};
constexpr std::array kListings = {
    ListingWords{"projects", "project", "a permission that the vendor does not name", "projects"},
    ListingWords{"datasets", "dataset", "View labels (voc-readonly)",
                 "dataset, streams, stream, model_tags and validation"},
    ListingWords{"sources", "source", "View sources (sources-read)",
                 "source, sources_project, comment and source_statistics"},
    ListingWords{"streams", "stream", "View streams (streams-read)", "streams and stream"},
};

std::string place_of(const Listing& listing) {
  const std::string_view dataset = listing.parameter("dataset");
  return dataset.empty() ? "" : fmt::format(" of {}/{}", listing.parameter("project"), dataset);
}

// Why there is less than there could be; empty: nothing to say.
std::string shortage(const Listing& listing, const ListingWords& words) {
  const std::string place = place_of(listing);
  const std::string what = fmt::format("the list of {}s{}", words.noun, place);
  if (listing.outcome == model::Outcome::ok && listing.unusable > 0)
    return fmt::format("{} of {} cannot be probed, because of {} name.",
                       base::counted(listing.unusable, words.noun), what,
                       listing.unusable == 1 ? "its" : "their");
  if (listing.outcome == model::Outcome::ok && !listing.resources.empty()) return "";
  if (listing.outcome == model::Outcome::ok && words.use == "projects")
    return "No project is seen: there is none, or the token's user has no role in any.";
  if (listing.outcome == model::Outcome::ok)
    return fmt::format(
        "No {}{} is seen: there is none, or the token's user lacks {} in every project. Without: "
        "no probe {}.",
        words.noun, place, words.permission, words.probes);
  if (listing.outcome == model::Outcome::forbidden)
    return fmt::format("The token's user lacks {}: the API refused {} (403). Without: no probe {}.",
                       words.permission, what, words.probes);
  if (listing.outcome == model::Outcome::unauthorized)
    return fmt::format(
        "The token's user probably lacks {}: the API answered 401 to {}, though the token is "
        "good. Without: no probe {}.",
        words.permission, what, words.probes);
  const explain::OutcomeWords& said = explain::words_of(listing.outcome);
  return fmt::format("Nothing is known about {}: {}{} {}", what, said.what,
                     listing.message.empty() ? "" : " (" + listing.message + ")", said.next_step);
}

std::string counted_or_none(std::size_t count, std::string_view noun) {
  return count == 0 ? fmt::format("no {}", noun) : base::counted(count, noun);
}

std::vector<const Listing*> listings_of(const Survey& survey, const ListingWords& words) {
  std::vector<const Listing*> listings;
  for (const Listing& listing : survey)
    if (listing.question.use == words.use) listings.push_back(&listing);
  return listings;
}

class Proposer {
 public:
  explicit Proposer(const Survey& survey) : survey_(survey) {}

  Proposal run() {
    add({"not_found", "not_found"}, "is the platform up?");
    if (answered("projects")) add({"projects", "projects"}, "does the token work?");
    add_resources("dataset", seen(survey_, "datasets"), "token, permissions and data");
    add_resources("source", seen(survey_, "sources"), "the cheapest with a permission");
    add_streams();
    say_what_is_there();
    return std::move(proposal_);
  }

 private:
  bool answered(std::string_view use) const {
    return std::any_of(survey_.begin(), survey_.end(), [&](const Listing& listing) {
      return listing.question.use == use && listing.outcome == model::Outcome::ok;
    });
  }

  void add(ProbeText probe, std::string_view why) {
    probe.name = free_name(probe.name);
    proposal_.probes.push_back({std::move(probe), std::string(why)});
  }

  void add_further(ProbeText probe) {
    if (proposal_.further.size() == kFurtherMax) {
      ++proposal_.left_out;
      return;
    }
    probe.name = free_name(probe.name);
    proposal_.further.push_back({std::move(probe), ""});
  }

  void add_resources(const char* use, const std::vector<Resource>& resources,
                     std::string_view why) {
    const auto latest = latest_of_each_project(resources, kProjectsProbedMax);
    for (const Resource& resource : resources) {
      ProbeText probe{fmt::format("{}-{}-{}", use, resource.project, resource.name),
                      use,
                      {{"project", resource.project}, {use, resource.name}}};
      const bool chosen = std::find(latest.begin(), latest.end(), resource) != latest.end();
      if (chosen)
        add(std::move(probe), why);
      else
        add_further(std::move(probe));
    }
  }

  void add_streams() {
    std::size_t probed = 0;
    for (const Listing& listing : survey_) {
      if (listing.question.use != "streams") continue;
      bool is_first = true;
      const std::string dataset(listing.parameter("dataset"));
      for (const Resource& stream : listing.resources) {
        ProbeText probe{
            fmt::format("stream-{}-{}-{}", stream.project, dataset, stream.name),
            "stream",
            {{"project", stream.project}, {"dataset", dataset}, {"stream", stream.name}}};
        if (is_first && probed++ < kStreamsProbedMax)
          add(std::move(probe), "one stream, without moving its cursor");
        else
          add_further(std::move(probe));
        is_first = false;
      }
    }
  }

  void say_what_is_there() {
    std::vector<std::string> counts;
    std::size_t nameable = 0;
    bool all_answered = true;
    for (const ListingWords& words : kListings) {
      const std::size_t count = seen(survey_, words.use).size();
      if (words.use != "projects") nameable += count;
      const auto listings = listings_of(survey_, words);
      if (listings.empty()) continue;
      counts.push_back(counted_or_none(count, words.noun));
      for (const Listing* listing : listings) {
        all_answered = all_answered && listing->outcome == model::Outcome::ok;
        if (std::string text = shortage(*listing, words); !text.empty())
          proposal_.missing.push_back(std::move(text));
      }
    }
    proposal_.found = base::join(counts, ", ");
    proposal_.is_empty = nameable == 0 && all_answered;
  }

  // Of the form that names have, and nobody else's.
  std::string free_name(const std::string& wanted) {
    std::string name = wanted.substr(0, kNameBytesMax);
    if (name != wanted || !names_.insert(name).second) {
      const std::string hash =
          fmt::format("{:016x}", base::stable_hash(wanted, names_.size())).substr(0, kHashDigits);
      name = wanted.substr(0, kNameBytesMax - kHashDigits - 1) + "-" + hash;
      names_.insert(name);
    }
    return name;
  }

  const Survey& survey_;
  Proposal proposal_;
  std::set<std::string> names_;
};

}  // namespace

Proposal propose(const Survey& survey) {
  return Proposer(survey).run();
}

}  // namespace reinfer::discover
