#include "core/train/collapse.h"

#include "core/io/json_file.h"
#include "core/io/numbers.h"

#include <QTest>
#include <cmath>
#include <limits>

using namespace ablate;
using namespace ablate::train;

namespace {

constexpr double kEntropy = 5.84;  // nats, of the text the curves were trained on
constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

TrainConfig quick(std::int64_t steps = 250) {
    TrainConfig config;
    config.steps = steps;
    config.warmup = steps / 10;
    return config;
}

struct Watched {
    std::vector<Event> events;
    std::optional<Verdict> verdict;
    bool has(const std::string& type) const {
        return std::any_of(events.begin(), events.end(), [&](const Event& event) { return type_of(event) == type; });
    }
};

// A curve of a PyTorch implementation, fp32, seed 1.
Watched watch(const std::string& curve) {
    const Json curves = io::read_json(ABLATE_SOURCE_DIR "/tests/data/curves/collapse.json");
    const Json& loss = curves.at(curve).at("loss");
    const Json& norm = curves.at(curve).at("grad_norm");
    CollapseDetector detector(quick(), kEntropy, 2048);
    Watched watched;
    for (std::size_t k = 0; k < loss.size(); ++k)
        for (auto& event :
             detector.step(static_cast<std::int64_t>(k), io::number_from_json(loss[k]), io::number_from_json(norm[k])))
            watched.events.push_back(event);
    watched.verdict = loss.size() == 250 ? detector.finish(250) : detector.collapse();
    return watched;
}

// A falling loss with a little noise, as a function of the step.
double healthy_loss(std::int64_t step) {
    return 3 + 4 * std::exp(-static_cast<double>(step) / 30) + 0.05 * std::sin(7.0 * static_cast<double>(step));
}

}  // namespace

class CollapseTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void real_curves_get_their_verdicts() {
        const Watched post_norm = watch("post-norm at 3e-2");
        QVERIFY(post_norm.verdict);
        QVERIFY(post_norm.verdict->collapse == Collapse::dead_loss ||
                post_norm.verdict->collapse == Collapse::exploding);
        const Watched no_norm = watch("no-norm at 3e-2");
        QVERIFY(no_norm.verdict);
        QCOMPARE(no_norm.verdict->collapse, Collapse::non_finite);
        QCOMPARE(no_norm.verdict->step, 20);
        QVERIFY(no_norm.has("spike"));
        for (const char* name : {"no-norm at 1e-2", "baseline at 3e-2"}) {
            const Watched healthy = watch(name);
            if (healthy.verdict) QFAIL(healthy.verdict->cause.c_str());
        }
    }

    void a_spike_that_recovers_is_an_event() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        Watched watched;
        for (int k = 0; k < 250; ++k)
            for (auto& event : detector.step(k, healthy_loss(k) + (k >= 100 && k < 130 ? 6 : 0), 0.5))
                watched.events.push_back(event);
        QVERIFY(!detector.finish(250));
        QCOMPARE(watched.events.size(), std::size_t{2});
        QCOMPARE(type_of(watched.events[0]), std::string("spike"));
        QCOMPARE(watched.events[0].step, 100);
        QCOMPARE(type_of(watched.events[1]), std::string("spike_recovered"));
        QCOMPARE(watched.events[1].step, 130);
    }

    void a_spike_that_stays_is_an_explosion() {
        for (const bool of_norm : {false, true}) {
            CollapseDetector detector(quick(), kEntropy, 2048);
            for (int k = 0; k < 200; ++k)
                detector.step(k,
                              (k < 100   ? 3.0
                               : of_norm ? 3.2
                                         : 9.0) +
                                  0.01 * (k % 7),
                              of_norm && k >= 100 ? 90 : 0.5);
            QVERIFY(detector.collapse());
            QCOMPARE(detector.collapse()->collapse, Collapse::exploding);
            QCOMPARE(detector.collapse()->step, 100);
        }
    }

    void a_large_gradient_norm_while_the_loss_falls_is_no_collapse() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        for (int k = 0; k < 250; ++k) detector.step(k, 7 - 0.02 * k, k < 20 ? 0.1 : 40);
        QVERIFY(!detector.finish(250));
    }

    void the_first_steps_trigger_nothing() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        const double losses[] = {20, 35, 7, 60, 12, 9, 25, 8};
        for (int k = 0; k < 8; ++k) QVERIFY(detector.step(k, losses[k], 100.0 / (k + 1)).empty());
    }

    void non_finite_is_told_at_once_and_poisons_nothing() {
        CollapseDetector poisoned(quick(), kEntropy, 2048), clean(quick(), kEntropy, 2048);
        for (int k = 0; k < 120; ++k) {
            if (k == 60) {
                const auto events = poisoned.step(k, kNan, 1.0, {"blocks.2.attn"});
                QCOMPARE(events.size(), std::size_t{1});
                QCOMPARE(type_of(events[0]), std::string("non_finite"));
                QVERIFY(std::isnan(*std::get<NonFiniteEvent>(events[0].what).loss));
                continue;
            }
            poisoned.step(k, healthy_loss(k), k == 61 ? kInf : 0.5);
            clean.step(k, healthy_loss(k), 0.5);
        }
        QCOMPARE(poisoned.collapse()->collapse, Collapse::non_finite);
        QCOMPARE(poisoned.collapse()->step, 60);
        QCOMPARE(poisoned.collapse()->tensor, std::string("blocks.2.attn"));
        QCOMPARE(poisoned.collapse()->cause, std::string("loss is NaN at step 60, first in blocks.2.attn"));
        const Json state = poisoned.save();
        for (const auto& value : state.at("loss").at("values")) QVERIFY(value.is_number());
        QVERIFY(poisoned.step(120, 30, 0.5).size() == clean.step(120, 30, 0.5).size());
    }

    void an_overflow_of_the_norm_is_told_as_one() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        const auto events = detector.step(7, 6.5, kInf, {"blocks.1.ffn.up.weight.grad", true, 3.25e27, "blocks.1"});
        QCOMPARE(events.size(), std::size_t{1});
        QVERIFY(to_json(events[0]).at("largest_gradient") ==
                Json({{"block", "blocks.1"}, {"tensor", "blocks.1.ffn.up.weight.grad"}, {"value", 3.25e27}}));
        QVERIFY(!to_json(events[0]).contains("tensor"));  // none is "first": each is finite
        QCOMPARE(detector.collapse()->tensor, std::string("blocks.1.ffn.up.weight.grad"));
        QCOMPARE(detector.collapse()->cause,
                 std::string("gradient norm overflowed at step 7 while each gradient was finite; the largest, "
                             "3.250e+27, is in blocks.1 (blocks.1.ffn.up.weight.grad)"));
    }

    void values_that_are_finite_again_to_the_end_are_an_event() {
        for (const bool of_norm : {false, true}) {
            CollapseDetector detector(quick(), kEntropy, 2048);
            Watched watched;
            for (int k = 0; k < 250; ++k) {
                const bool bad = (k >= 40 && k < 43) || k == 90;
                for (auto& event :
                     detector.step(k, bad && !of_norm ? kNan : healthy_loss(k), bad && of_norm ? kInf : 0.5))
                    watched.events.push_back(event);
                if (k == 100) QCOMPARE(detector.collapse()->step, 40);  // until the end it holds
            }
            QVERIFY(!detector.finish(250));
            QCOMPARE(std::count_if(watched.events.begin(), watched.events.end(),
                                   [](const Event& event) { return type_of(event) == "non_finite"; }),
                     std::ptrdiff_t{4});
            const auto again = std::find_if(watched.events.begin(), watched.events.end(),
                                            [](const Event& event) { return type_of(event) == "finite_again"; });
            QVERIFY(again != watched.events.end());
            QCOMPARE(again->step, 43);
            QCOMPARE(std::get<FiniteAgainEvent>(again->what).since, 40);
            QCOMPARE(std::get<FiniteAgainEvent>(again->what).count, 3);
        }
    }

    void a_last_value_that_is_not_finite_is_a_collapse() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        for (int k = 0; k < 250; ++k) detector.step(k, k == 40 || k == 249 ? kNan : healthy_loss(k), 0.5);
        QCOMPARE(detector.finish(250)->step, 40);
    }

    void what_else_went_wrong_stands_where_values_are_finite_again() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        for (int k = 0; k < 250; ++k) detector.step(k, k == 40 ? kNan : (k < 100 ? 3.0 : 9.0), 0.5);
        QCOMPARE(detector.finish(250)->collapse, Collapse::exploding);
        QCOMPARE(detector.collapse()->step, 100);
    }

    void a_validation_loss_is_made_good_by_its_own_set() {
        const auto ended = [](double last_of_a, double last_of_b) {
            CollapseDetector detector(quick(), kEntropy, 2048);
            for (int k = 0; k < 250; ++k) detector.step(k, healthy_loss(k), 0.5);
            detector.evaluated(100, kNan, "a");
            detector.evaluated(100, 3.0, "b");
            detector.evaluated(250, last_of_a, "a");
            detector.evaluated(250, last_of_b, "b");
            return detector.finish(250).has_value();
        };
        QVERIFY(!ended(3.0, 3.0));
        QVERIFY(ended(kNan, 3.0) && ended(3.0, kNan));
        CollapseDetector only_b_again(quick(), kEntropy, 2048);
        for (int k = 0; k < 250; ++k) only_b_again.step(k, healthy_loss(k), 0.5);
        only_b_again.evaluated(100, kNan, "a");
        only_b_again.evaluated(250, 3.0, "b");
        QVERIFY(only_b_again.finish(250));
    }

    // A checkpoint of version 0.1 does not say whether the last value was finite.
    void a_state_without_the_non_finite_row_is_read() {
        CollapseDetector before(quick(), kEntropy, 2048), after(quick(), kEntropy, 2048);
        before.step(0, kNan, 1);
        Json state = before.save();
        state.erase("non_finite");
        state.erase("next_collapse");
        after.load(state);
        QCOMPARE(after.collapse()->collapse, Collapse::non_finite);
        QVERIFY(after.finish(1));  // no finite value came after it
    }

    void dead_loss_is_called_at_its_share_or_at_the_end() {
        CollapseDetector stuck(quick(), kEntropy, 2048);
        for (int k = 0; k < 124; ++k) stuck.step(k, 5.7, 0.1);
        QVERIFY(!stuck.collapse());
        stuck.step(124, 5.7, 0.1);
        QCOMPARE(stuck.collapse()->collapse, Collapse::dead_loss);

        CollapseDetector relapsed(quick(), kEntropy, 2048);
        for (int k = 0; k < 250; ++k) relapsed.step(k, k < 200 ? 5.0 : 5.4 + 0.02 * std::min(k - 200, 20), 0.1);
        QVERIFY(!relapsed.collapse());
        QCOMPARE(relapsed.finish(250)->collapse, Collapse::dead_loss);
    }

    void a_short_run_is_not_called_dead() {
        CollapseDetector detector(quick(20), kEntropy, 2048);
        for (int k = 0; k < 20; ++k) detector.step(k, 7.5, 0.1);
        QVERIFY(!detector.finish(20));
    }

    void a_loss_of_nothing_is_contradicted_by_validation() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        for (int k = 0; k < 100; ++k) detector.step(k, std::max(0.001, 5.0 - 0.1 * k), 0.1);
        detector.evaluated(100, 0.02, "val");
        QVERIFY(!detector.collapse());
        detector.evaluated(100, 4.0, "val");
        QCOMPARE(detector.collapse()->collapse, Collapse::contradicted_loss);
    }

    void overflowing_perplexity_is_an_event() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        QCOMPARE(type_of(detector.step(0, 800, 1)[0]), std::string("perplexity_overflow"));
        QVERIFY(detector.step(1, 900, 1).empty());
        QVERIFY(detector.step(2, 700, 1).empty());
        QCOMPARE(type_of(detector.evaluated(3, 710, "val")[0]), std::string("perplexity_overflow"));
        QVERIFY(!detector.collapse());
    }

    void a_non_finite_validation_loss_is_a_collapse() {
        CollapseDetector detector(quick(), kEntropy, 2048);
        QCOMPARE(type_of(detector.evaluated(50, kInf, "val")[0]), std::string("non_finite"));
        QCOMPARE(detector.collapse()->collapse, Collapse::non_finite);
        CollapseDetector found(quick(), kEntropy, 2048);
        const auto events = found.evaluated(1, kNan, "val", {"embed.weight"});
        QCOMPARE(*std::get<NonFiniteEvent>(events[0].what).tensor, std::string("embed.weight"));
        QCOMPARE(found.collapse()->tensor, std::string("embed.weight"));
        QCOMPARE(found.collapse()->cause, std::string("validation loss is NaN after 1 step, first in embed.weight"));
    }

    void saved_state_goes_on_the_same() {
        for (const int cut : {5, 41, 60, 110, 160}) {
            CollapseDetector whole(quick(), kEntropy, 2048), before(quick(), kEntropy, 2048),
                after(quick(), kEntropy, 2048);
            const auto loss = [](int k) { return k == 40 || k == 41 ? kNan : healthy_loss(k) + (k >= 100 ? 5 : 0); };
            for (int k = 0; k < cut; ++k) whole.step(k, loss(k), 0.5), before.step(k, loss(k), 0.5);
            after.load(Json::parse(before.save().dump()));
            for (int k = cut; k < 250; ++k)
                QCOMPARE(whole.step(k, loss(k), 0.5).size(), after.step(k, loss(k), 0.5).size());
            whole.finish(250), after.finish(250);
            QVERIFY(whole.save() == after.save());
            QCOMPARE(after.collapse()->step, 100);
        }
    }
};

QTEST_GUILESS_MAIN(CollapseTest)
#include "collapse_test.moc"
