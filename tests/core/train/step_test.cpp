#include "core/train/step.h"

#include "core/train/diagnose.h"
#include "tests/core/train/recording.h"
#include "tests/support/temp_folder.h"

#include <ATen/record_function.h>
#include <QTest>
#include <limits>

using namespace ablate;
using namespace ablate::test;
using namespace ablate::train;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Counts reads of a scalar from a tensor. Those a fused optimizer makes inside its own CPU kernel are no device reads:
// on a device that kernel reads the step count there.
class ScalarReads {
  public:
    ScalarReads() {
        count_ = 0;
        handle_ =
            at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave).scopes({at::RecordScope::FUNCTION}));
    }
    ~ScalarReads() { at::removeCallback(handle_); }
    int count() const { return count_; }

  private:
    static bool fused(const at::RecordFunction& function) {
        return std::string(function.name()).starts_with("aten::_fused_");
    }
    static std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
        inside_ += fused(function);
        const std::string name = function.name();
        if (inside_ == 0 &&
            (name == "aten::_local_scalar_dense" || name == "aten::is_nonzero" || name == "aten::equal"))
            ++count_;
        return nullptr;
    }
    static void leave(const at::RecordFunction& function, at::ObserverContext*) { inside_ -= fused(function); }
    static inline thread_local int inside_ = 0, count_ = 0;
    at::CallbackHandle handle_;
};

// A model with all that a step needs.
struct Bench {
    explicit Bench(const Json& train = Json::object(), const Json& model_patch = Json::object())
        : config(
              patched(tiny_config(write_tiny_tokens(folder / "tokens"), 40, train), {{"model", model_patch}}, "test")),
          data(prepared(config, folder.path())),
          source{config, *data->train, 1},
          model(config, 1, at::kCPU),
          optimizer(make_optimizer(config.train, model.parameters())),
          runner(source, model, *optimizer, 40) {}

    at::Tensor& parameter(const std::string& name) {
        for (auto& parameter : model.parameters())
            if (parameter.spec.name == name) return parameter.value;
        throw std::logic_error("no parameter " + name);
    }
    std::vector<at::Tensor> weights() const {
        std::vector<at::Tensor> copies;
        for (const auto& parameter : model.parameters()) copies.push_back(parameter.value.detach().clone());
        for (const auto& [name, value] : optimizer->state()) copies.push_back(value.clone());
        return copies;
    }

    TempFolder folder;
    RunConfig config;
    std::shared_ptr<const data::PreparedData> data;
    StepSource source;
    model::Transformer model;
    std::unique_ptr<Optimizer> optimizer;
    StepRunner runner;
};

bool same(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return x.equal(y); });
}

void scale(at::Tensor& value, double by) {
    at::NoGradGuard no_grad;
    value.mul_(by);
}

}  // namespace

class StepTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void reads_no_scalar_between_log_points_data() {
        QTest::addColumn<QString>("optimizer");
        train::register_kinds();
        for (const std::string& name : TrainKindTable<OptimizerRow>::instance().names())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }

    void reads_no_scalar_between_log_points() {
        QFETCH(QString, optimizer);
        Bench bench(Json{{"optimizer", optimizer.toStdString()}, {"stats_every", 5}, {"accumulate", 2}});
        bench.runner.run(0);  // SOAP finds its first eigenbases here, and LibTorch reads whether that has worked
        const ScalarReads reads;
        for (int k = 1; k < 20; ++k) bench.runner.run(k);
        QCOMPARE(reads.count(), 0);
        QCOMPARE(bench.runner.read().size(), std::size_t{20});
        QCOMPARE(reads.count(), 0);  // one copy of the buffer, no scalar
        QVERIFY(at::ones({}).item<float>() == 1);
        QCOMPARE(reads.count(), 1);  // the counter counts
    }

    void values_are_those_of_the_step() {
        Bench bench;
        const at::Tensor loss = compute_gradients(bench.model, bench.source, 0);
        double square = 0, attention = 0;
        for (const auto& parameter : bench.model.parameters()) {
            const double norm = parameter.value.grad().norm().item<double>();
            square += norm * norm;
            if (parameter.spec.name.starts_with("blocks.1.")) attention += norm * norm;
        }
        bench.runner.run(0);
        const auto step = bench.runner.read().at(0);
        QCOMPARE(step.loss, loss.item<double>());
        QVERIFY(std::abs(step.grad_norm - std::sqrt(square)) < 1e-5 * step.grad_norm);
        const std::map<std::string, double> statistics(step.statistics.begin(), step.statistics.end());
        QVERIFY(std::abs(statistics.at("grad_norm/blocks.1") - std::sqrt(attention)) < 1e-5);
        QVERIFY(statistics.contains("act_rms/blocks.0.attn_in") && statistics.contains("act_rms/final"));
        QVERIFY(std::abs(statistics.at("act_rms/final") - 1) < 0.05);  // after an RMSNorm at its initial gain
    }

    void looking_changes_nothing() {
        Bench looked(Json{{"stats_every", 1}}), plain(Json{{"stats_every", 0}});
        for (int k = 0; k < 5; ++k) looked.runner.run(k), plain.runner.run(k);
        QVERIFY(same(looked.weights(), plain.weights()));
        QVERIFY(plain.runner.read()[0].statistics.empty());
    }

    void a_non_finite_gradient_changes_nothing_until_thawed_data() { reads_no_scalar_between_log_points_data(); }

    void a_non_finite_gradient_changes_nothing_until_thawed() {
        QFETCH(QString, optimizer);
        Bench bench(Json{{"optimizer", optimizer.toStdString()}});
        int call = 0;
        bench.parameter("blocks.1.attn.o.weight").register_hook([&call](const at::Tensor& gradient) {
            return call++ == 3 ? gradient * kNan : gradient;
        });
        for (int k = 0; k < 3; ++k) bench.runner.run(k);
        const auto before = bench.weights();
        for (int k = 3; k < 8; ++k) bench.runner.run(k);  // steps 4 to 7 are finite, and frozen all the same
        const auto steps = bench.runner.read();
        QVERIFY(steps[2].finite() && !steps[3].finite() && std::isfinite(steps[3].loss) && steps[4].finite());
        QVERIFY(same(bench.weights(), before));
        bench.runner.thaw();
        bench.runner.run(4);
        QVERIFY(!same(bench.weights(), before));
        for (const auto& value : bench.weights()) QVERIFY(value.isfinite().all().item<bool>());
    }

    void the_first_non_finite_tensor_is_named() {
        {
            Bench bench;
            QCOMPARE(first_non_finite(bench.model, bench.source, 0).tensor, std::string());  // nothing is wrong
            at::NoGradGuard no_grad;
            bench.parameter("blocks.1.ffn.up.weight").view(-1)[3] = kNan;
            QCOMPARE(first_non_finite(bench.model, bench.source, 0).tensor, std::string("blocks.1.ffn.up.weight"));
        }
        {
            Bench bench;
            scale(bench.parameter("blocks.1.attn.v.weight"), 1e25);
            scale(bench.parameter("blocks.1.attn.o.weight"), 1e25);
            QCOMPARE(first_non_finite(bench.model, bench.source, 0).tensor, std::string("blocks.1.attn"));
        }
        {
            Bench bench;
            for (const char* name : {"blocks.1.attn.q.weight", "blocks.0.attn.k.weight"})
                bench.parameter(name).register_hook([](const at::Tensor& gradient) { return gradient * kNan; });
            QCOMPARE(first_non_finite(bench.model, bench.source, 0).tensor, std::string("blocks.0.attn.k.weight.grad"));
        }
    }

    // Each gradient is far from the largest fp32, 3.4e38, and its square far beyond.
    void an_overflow_of_the_norm_names_the_largest_gradient() {
        for (const char* name : {"blocks.1.ffn.up.weight", "embed.weight"}) {
            Bench bench;
            bench.parameter("blocks.0.attn.k.weight").register_hook([](const at::Tensor& gradient) {
                return gradient * 1e21;
            });
            bench.parameter(name).register_hook([](const at::Tensor& gradient) { return gradient * 1e27; });
            bench.runner.run(0);
            const StepValues values = bench.runner.read().at(0);
            QVERIFY(std::isfinite(values.loss) && std::isinf(values.grad_norm));
            const NonFinite found = first_non_finite(bench.model, bench.source, 0);
            QVERIFY(found.overflow && std::isfinite(found.largest) && found.largest > 1e21);
            QCOMPARE(found.tensor, std::string(name) + ".grad");
            QCOMPARE(found.block, std::string(name[0] == 'e' ? "embed" : "blocks.1"));
        }
    }
};

QTEST_GUILESS_MAIN(StepTest)
#include "step_test.moc"
