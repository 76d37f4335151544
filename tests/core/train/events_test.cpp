#include "core/train/events.h"

#include <QTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

using namespace ablate;
using namespace ablate::train;
namespace fs = std::filesystem;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The line that an event writes, read again and written again.
std::string again(const Event& event) { return to_json(event_from_json(Json::parse(to_json(event).dump()))).dump(); }

std::string text(const Event& event) { return to_json(event).dump(); }

}  // namespace

class EventsTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void each_kind_is_one_line() {
        const std::vector<std::pair<Event, std::string>> lines = {
            {{20, EvaluationEvent{"val", 4.5, 90.25, 2.5, 2.25, 256, 0.5}, 7.5},
             R"({"bpb":2.5,"bpb_masked":2.25,"loss":4.5,"perplexity":90.25,"seconds":0.5,"set":"val","step":20,"time":7.5,)"
             R"("tokens":256,"type":"evaluation"})"},
            {{20, EvaluationEvent{.set = "web", .loss = kInfinity}},
             R"({"loss":"Infinity","set":"web","step":20,"type":"evaluation"})"},
            {{20, EvaluationEvent{.set = "web", .blocks = std::vector{4.5, kInfinity}}},
             R"({"blocks":[4.5,"Infinity"],"set":"web","step":20,"type":"evaluation"})"},
            {{20, CheckpointEvent{"step-000020", "best", "58a4"}, 8.5},
             R"({"folder":"step-000020","reason":"best","step":20,"time":8.5,"type":"checkpoint","weights_sha256":"58a4"})"},
            {{0, StartEvent{"616305f0", "58a4", Json::array({"embed.weight"}), Json::array(), Json::array()}},
             R"({"dropped":[],"from":"616305f0","kept":["embed.weight"],"new":[],"sha256":"58a4","step":0,"type":"start"})"},
            {{100, SpikeEvent{"loss", 9.5, 3.5, 4.25}},
             R"({"median":3.5,"of":"loss","step":100,"threshold":4.25,"type":"spike","value":9.5})"},
            {{130, SpikeRecoveredEvent{"grad_norm", 100, 12.5}},
             R"({"of":"grad_norm","peak":12.5,"since":100,"step":130,"type":"spike_recovered"})"},
            {{7,
              NonFiniteEvent{
                  .loss = 6.5, .grad_norm = kInfinity, .largest_gradient = LargestGradient{"embed", "w", 0.5}}},
             R"({"grad_norm":"Infinity","largest_gradient":{"block":"embed","tensor":"w","value":0.5},"loss":6.5,"step":7,)"
             R"("type":"non_finite"})"},
            {{7, NonFiniteEvent{.validation_loss = -kInfinity, .tensor = ""}},
             R"({"step":7,"tensor":"","type":"non_finite","validation_loss":"-Infinity"})"},
            {{40, FiniteAgainEvent{20, 2}}, R"({"count":2,"since":20,"step":40,"type":"finite_again"})"},
            {{3, PerplexityOverflowEvent{.loss = 800.5}}, R"({"loss":800.5,"step":3,"type":"perplexity_overflow"})"}};
        for (const auto& [event, line] : lines) {
            QCOMPARE(text(event), line);
            QCOMPARE(again(event), line);
            QCOMPARE(event_from_json(to_json(event)).what.index(), event.what.index());
            QVERIFY(event_from_json(to_json(event)).more.is_null());
        }
    }

    // The lines of version 0.1 are all of known kinds, and are written as they were.
    void old_lines_are_read() {
        std::size_t read = 0;
        for (const auto& entry :
             fs::directory_iterator(ABLATE_SOURCE_DIR "/tests/data/workspaces/0.1/workspace/runs")) {
            std::ifstream file(entry.path() / "events.jsonl");
            for (std::string line; std::getline(file, line); ++read) {
                const Event event = event_from_json(Json::parse(line));
                QVERIFY2(!std::holds_alternative<UnknownEvent>(event.what), line.c_str());
                QVERIFY2(event.more.is_null(), line.c_str());
                QCOMPARE(text(event), line);
            }
        }
        QVERIFY(read > 20);
    }

    void what_a_later_version_adds_is_kept() {
        const Json spike = {{"type", "spike"}, {"step", 3}, {"of", "loss"}, {"value", 9.5}, {"cause", "a long batch"}};
        const Event known = event_from_json(spike);
        QCOMPARE(*std::get<SpikeEvent>(known.what).value, 9.5);
        QVERIFY(!std::get<SpikeEvent>(known.what).median);
        QVERIFY(known.more == Json({{"cause", "a long batch"}}));
        QVERIFY(to_json(known) == spike);
        const Json rewind = {{"type", "rewind"}, {"step", 4}, {"to", 2}};
        QVERIFY(to_json(event_from_json(rewind)) == rewind);
        QCOMPARE(type_of(event_from_json(rewind)), std::string("rewind"));
    }

    // An option of another type does not hide the rest; without what its kind must have, a line is of no known kind.
    void strange_lines_are_kept() {
        const Json odd = {{"type", "evaluation"}, {"step", 1}, {"set", "val"}, {"loss", 2.5}, {"bpb", "much"}};
        const Event event = event_from_json(odd);
        QCOMPARE(*std::get<EvaluationEvent>(event.what).loss, 2.5);
        QVERIFY(!std::get<EvaluationEvent>(event.what).bpb);
        QVERIFY(to_json(event) == odd);
        const std::vector<Json> strange = {Json(3),
                                           Json(nullptr),
                                           Json::array(),
                                           Json::object(),
                                           {{"type", 7}},
                                           {{"type", "spike"}},
                                           {{"type", "non_finite"}, {"step", "x"}},
                                           {{"type", "spike"}, {"step", 18446744073709551615u}},
                                           {{"type", "evaluation"}, {"step", 10}, {"set", 3}},
                                           {{"type", "finite_again"}, {"step", 10}, {"since", 3}}};
        for (const Json& line : strange) {
            const Event read = event_from_json(line);
            QVERIFY2(std::holds_alternative<UnknownEvent>(read.what), line.dump().c_str());
            QVERIFY2(to_json(read) == line, line.dump().c_str());
        }
        QCOMPARE(type_of(event_from_json(Json(3))), std::string());
        QCOMPARE(to_json(std::vector<Event>()).dump(), std::string("[]"));
    }
};

QTEST_GUILESS_MAIN(EventsTest)
#include "events_test.moc"
