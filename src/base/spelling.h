// "Did you mean": the word of a list that is nearest to a mistyped one. For messages only, so a
// wrong guess does no harm. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace reinfer::base {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal
// string alignment distance). Time and memory grow with the product of the lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `words` if it is near enough to be a slip of the finger: at most a third of the
// longer word's letters differ.
std::optional<std::string_view> nearest_word(std::string_view word,
                                             const std::vector<std::string_view>& words);

// The `count` nearest of `words`, however far they are, the nearest first.
std::vector<std::string_view> nearest_words(std::string_view word,
                                            const std::vector<std::string_view>& words,
                                            std::size_t count);

}  // namespace reinfer::base
