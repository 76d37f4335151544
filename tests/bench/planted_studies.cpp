// How often comparisons are wrong about studies whose truth was planted:
//   planted_studies [STUDIES] [DIRECTORIES]
//   planted_studies --configurations [VARIANTS]
//   planted_studies --relabel WORKSPACE STUDY
// The first judges STUDIES (10,000) of each setting as tables, and DIRECTORIES (50) of each as run directories, which
// must be judged alike. The second checks VARIANTS (300) of each kind of fault, and as many without one, before
// training. The third takes runs of one configuration, which differ in the seed alone, relabels them at
// random as a baseline and its variants 1,000 times, and counts the studies with a claim. Exits with 1 where a bound
// does not hold.
#include "core/train/register.h"
#include "tests/support/planted_configurations.h"
#include "tests/support/planted_rates.h"
#include "tests/support/planted_settings.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

using namespace ablate;
using namespace ablate::test;

namespace {

bool all_hold = true;

const char* holds(bool value) {
    all_hold &= value;
    return value ? "holds" : "DOES NOT HOLD";
}

void print_head() {
    fmt::print("{:<62} {:>7} {:>8} {:>9} {:>7} {:>7} {:>7}  bounds\n", "setting", "false", "covered", "false eq.",
               "ranks", "claims", "equal");
}

void print_rates(const std::string& name, const PlantedRates& rates, double bound, bool bounded = true) {
    const double uncovered = std::max(bound, largest_share(rates.studies, 0.05, 0.06));
    const bool within = rates.share(rates.false_claims) <= bound && rates.share(rates.uncovered) <= uncovered &&
                        rates.share(rates.false_equivalences) <= bound && rates.share(rates.rank_errors) <= bound &&
                        rates.lost == 0;
    fmt::print("{:<62} {:>6.2f}% {:>7.2f}% {:>8.2f}% {:>6.2f}% {:>7.2f} {:>7.2f}  {}\n", name,
               100 * rates.share(rates.false_claims), 100 - 100 * rates.share(rates.uncovered),
               100 * rates.share(rates.false_equivalences), 100 * rates.share(rates.rank_errors),
               rates.share(rates.claims), rates.share(rates.equivalent),
               bounded ? holds(within) : "stated, without a bound");
    std::fflush(stdout);
}

std::filesystem::path temporary_folder() {
    std::string folder = (std::filesystem::temp_directory_path() / "planted-XXXXXX").string();
    if (!mkdtemp(folder.data())) throw std::runtime_error("planted_studies: no temporary folder");
    return folder;
}

// What differs between the judgments of a study in memory and as run directories; "" where nothing does.
std::string difference_as_directories(const PlantedSetting& setting, const PlantedStudy& planted,
                                      PlantedComparison& in_memory) {
    const std::filesystem::path folder = temporary_folder();
    write_planted_study(folder, setting, planted);
    const study::Comparison read = study::compare_study(run::RunStore(folder), "quick");
    const study::Comparison& table = in_memory.judge(planted);
    std::filesystem::remove_all(folder);
    for (std::int64_t variant = 1; variant <= setting.variants; ++variant) {
        const study::Group &one = judged_group(table, variant), &other = judged_group(read, variant);
        const auto width = [](const study::Group& group) { return group.judged.interval.half_width.value_or(-1); };
        if (one.judged.outcome != other.judged.outcome)
            return fmt::format("{} is {} as a table and {} as runs", one.variant, to_string(one.judged.outcome),
                               to_string(other.judged.outcome));
        if (std::abs(width(one) - width(other)) > 1e-9 || !(one.ranks == other.ranks))
            return fmt::format("{} has another interval or rank as runs", one.variant);
    }
    return "";
}

void check_directories(const PlantedSetting& setting, std::int64_t studies) {
    if (setting.resolution > 0) return;  // of logs from elsewhere: Ablate's own runs are stored in full precision
    RandomStream random(2, setting.name);
    PlantedComparison in_memory(setting);
    for (std::int64_t i = 0; i < studies; ++i) {
        const std::string difference = difference_as_directories(setting, draw_study(setting, random), in_memory);
        if (difference.empty()) continue;
        fmt::print("  study {} of \"{}\": {}: {}\n", i + 1, setting.name, difference, holds(false));
        return;
    }
}

void sequences(std::int64_t studies) {
    const double bound = largest_share(studies);
    PlantedSetting setting{.name = "looks at 3, 5, 8 and 12 seeds, no difference", .variants = 5, .seeds = 12};
    print_rates(setting.name, rates_of_looks(setting, {3, 5, 8, 12}, studies), bound);
    setting.name = "looks at 3, 5, 8 and 12 seeds, just more than the margin";
    setting.margin = 0.01;
    setting.truths = {0, 0.0101, -0.0101, 0.0101, -0.0101, 0.0101};
    print_rates(setting.name, rates_of_looks(setting, {3, 5, 8, 12}, studies), bound);
    PlantedSetting added{.name = "four additions of one seed without a plan", .variants = 5, .seeds = 3};
    const PlantedRates rates = rates_of_additions(added, 4, studies);
    fmt::print("{:<62} {:>6.2f}%  below 10 %: {}\n", added.name, 100 * rates.share(rates.false_claims),
               holds(rates.share(rates.false_claims) < 0.1));
}

void powers(std::int64_t studies) {
    fmt::print("\nshare of variants found whose difference was called detectable at 80 %\n");
    for (const std::int64_t earlier : {2, 3, 5})
        for (const std::int64_t seeds : {3, 5, 8}) {
            PlantedSetting setting{.name = fmt::format("{} seeds before, {} seeds planned", earlier, seeds)};
            setting.seeds = seeds;
            const double share = delivered_power(setting, earlier, studies);
            fmt::print("{:<62} {:>6.1f}%  {}\n", setting.name, 100 * share, holds(share >= 0.8));
            std::fflush(stdout);
        }
}

void configurations(std::int64_t variants) {
    for (const PlantedFault fault :
         {PlantedFault::no_op, PlantedFault::not_finite, PlantedFault::confounded, PlantedFault::none}) {
        const std::filesystem::path folder = temporary_folder();
        const PlantedFindings findings = find_planted(fault, variants, folder);
        std::filesystem::remove_all(folder);
        const double share = static_cast<double>(findings.found) / static_cast<double>(findings.variants);
        const bool as_wanted = fault == PlantedFault::none ? share <= 0.01 : share == 1;
        fmt::print("{:<24} found in {} of {}: {}{}\n", to_string(fault), findings.found, findings.variants,
                   holds(as_wanted), findings.missed.empty() ? "" : ", not for " + findings.missed);
    }
}

void relabel(const std::string& workspace, const std::string& name) {
    const study::Comparison comparison = study::compare_study(run::RunStore(workspace), name);
    fmt::print("{} runs, relabeled 1,000 times\n", comparison.runs.size());
    print_head();
    for (const std::int64_t seeds : {3, 4, 5}) {
        const std::int64_t variants = std::min<std::int64_t>(5, std::ssize(comparison.runs) / seeds - 1);
        if (variants < 1) continue;
        const PlantedRates rates = rates_of_relabelings(comparison, variants, seeds, 1000);
        print_rates(fmt::format("{} variants, {} seeds", variants, seeds), rates, 0.08);
    }
}

}  // namespace

int main(int argc, char** argv) {
    train::register_kinds();
    if (argc == 4 && std::string(argv[1]) == "--relabel") {
        relabel(argv[2], argv[3]);
        return all_hold ? 0 : 1;
    }
    if (argc > 1 && std::string(argv[1]) == "--configurations") {
        configurations(argc > 2 ? std::max(1LL, std::atoll(argv[2])) : 300);
        return all_hold ? 0 : 1;
    }
    const std::int64_t studies = argc > 1 ? std::atoll(argv[1]) : 10000;
    const std::int64_t directories = argc > 2 ? std::atoll(argv[2]) : 50;
    if (studies < 1 || directories < 0) {
        fmt::print(stderr,
                   "usage: planted_studies [STUDIES] [DIRECTORIES] | --configurations [VARIANTS] | "
                   "--relabel WORKSPACE STUDY\n");
        return 2;
    }
    fmt::print("{} studies a setting; at most {:.2f} % may have a false claim\n", studies,
               100 * largest_share(studies));
    print_head();
    for (const PlantedSetting& setting : planted_settings()) {
        const PlantedRates rates = rates_of(setting, studies);
        print_rates(setting.name, rates, largest_share(studies), setting.shape != NoiseShape::skewed);
        check_directories(setting, directories);
    }
    sequences(studies);
    powers(std::max<std::int64_t>(studies / 5, 1));
    return all_hold ? 0 : 1;
}
