#pragma once
#include "core/base/error.h"
#include "core/base/random.h"

#include <QTest>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace ablate::test {

// Makes damaged copies of valid files, the same ones for the same seed: flipped bits, truncation, lengths and digits
// replaced by nasty ones, pieces cut out, doubled or taken from another file.
class Mutator {
  public:
    Mutator(std::uint64_t seed, std::vector<std::string> corpus)
        : random_(seed, "mutants"), corpus_(std::move(corpus)) {}

    std::string next() {
        std::string bytes = pick(corpus_);
        for (std::uint64_t edits = 1 + random_.below(4); edits > 0; --edits) edit(bytes);
        return bytes;
    }

  private:
    const std::string& pick(const std::vector<std::string>& from) { return from[random_.below(from.size())]; }
    // Half of the edits hit the first 64 bytes, where formats keep their lengths.
    std::size_t place(const std::string& bytes) {
        const std::size_t near = random_.below(2) == 0 && bytes.size() > 64 ? 64 : bytes.size();
        return random_.below(near + 1);
    }
    void edit(std::string& bytes) {
        const std::size_t at = place(bytes);
        switch (random_.below(7)) {
            case 0:
                flip_bit(bytes, at);
                break;
            case 1:
                bytes.resize(at);
                break;
            case 2:
                overwrite_length(bytes, at);
                break;
            case 3:
                replace_number(bytes, at);
                break;
            case 4:
                bytes.erase(at, random_.below(16) + 1);
                break;
            case 5:
                bytes.insert(at, bytes.substr(place(bytes), random_.below(64) + 1));
                break;
            default: {
                const std::string& other = pick(corpus_);
                bytes = bytes.substr(0, at) + other.substr(random_.below(other.size() + 1));
            }
        }
    }
    void flip_bit(std::string& bytes, std::size_t at) {
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_.below(8)));
    }
    void overwrite_length(std::string& bytes, std::size_t at) {
        static constexpr std::uint64_t nasty[] = {0,           1,        0x7f,        0xff,       0xffff,    0x7fffffff,
                                                  0xffffffffu, 1u << 20, 100'000'000, 1ull << 40, INT64_MAX, ~0ull};
        std::uint64_t value = nasty[random_.below(std::size(nasty))] - random_.below(3);
        const std::size_t width = std::size_t{1} << random_.below(4);
        for (std::size_t i = at; i < std::min(at + width, bytes.size()); ++i, value >>= 8)
            bytes[i] = static_cast<char>(value);
    }
    void replace_number(std::string& bytes, std::size_t at) {
        static const std::vector<std::string> nasty = {"-1",
                                                       "0",
                                                       "1e999",
                                                       "NaN",
                                                       "-Infinity",
                                                       "9223372036854775807",
                                                       "18446744073709551616",
                                                       "4194305",
                                                       "null",
                                                       "\"\\u0000\"",
                                                       "[]",
                                                       "{}",
                                                       "\n",
                                                       "0.5",
                                                       "[[[[",
                                                       "\xff"};
        const std::size_t digit = bytes.find_first_of("0123456789", at);
        if (digit == std::string::npos) return;
        const std::size_t end = bytes.find_first_not_of("0123456789", digit);
        bytes.replace(digit, (end == std::string::npos ? bytes.size() : end) - digit, pick(nasty));
    }

    RandomStream random_;
    std::vector<std::string> corpus_;
};

// How many mutants a test tries of each format: 2,000, or what ABLATE_MUTANTS says.
inline int mutant_count() {
    const char* wanted = std::getenv("ABLATE_MUTANTS");
    return wanted != nullptr ? std::atoi(wanted) : 2000;
}

// Every mutant is read, or refused in one short line that begins with `start`; anything else fails the test, and so do
// mutants of which hardly one is refused: they are not read at all.
template <class Attempt>
void survive_mutants(Mutator mutator, int count, Attempt attempt, const std::string& start = {}) {
    int refused = 0;
    for (int i = 0; i < count; ++i) {
        try {
            attempt(mutator.next());
        } catch (const InputError& error) {
            ++refused;
            const std::string message = error.what();
            QVERIFY2(message.starts_with(start), message.c_str());
            QVERIFY2(message.find('\n') == std::string::npos && message.size() < 800, message.c_str());
        } catch (const std::exception& error) {
            QFAIL(qPrintable(QString("mutant %1: %2").arg(i).arg(error.what())));
        }
    }
    qInfo("%d of %d mutants refused, the others read", refused, count);
    QVERIFY(refused > count / 4);
}

}  // namespace ablate::test
