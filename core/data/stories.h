#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace ablate::data {

// A small English story from a grammar: the same for the same seed and number, on every machine. People keep their name
// and pronouns through a story; made-up names give the text a long tail of rare words, as real text has.
std::string story(std::uint64_t seed, std::uint64_t i);

// Stories 0, 1, 2... with <|endoftext|> between them, until `bytes` are reached.
void write_stories(const std::filesystem::path& file, std::uint64_t bytes, std::uint64_t seed);

}  // namespace ablate::data
