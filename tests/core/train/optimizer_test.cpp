#include "core/train/optimizer.h"

#include "core/io/json_file.h"
#include "core/train/optimizers/muon.h"
#include "core/train/register.h"
#include "core/train/schedule.h"

#include <ATen/CPUGeneratorImpl.h>
#include <QTest>
#include <cmath>
#include <set>

using namespace ablate;
using namespace ablate::train;

namespace {

// A hidden matrix, the head and a gain with their own gradients.
std::vector<model::Parameter> parameters() {
    auto generator = at::detail::createCPUGenerator(7);
    std::vector<model::Parameter> result;
    for (auto& spec : {TensorSpec{"blocks.0.attn.q.weight", {6, 4}, TensorRole::matrix},
                       TensorSpec{"blocks.0.attn_in.weight", {4}, TensorRole::gain},
                       TensorSpec{"head.weight", {5, 4}, TensorRole::matrix}})
        result.push_back({spec, at::randn(spec.shape, generator).set_requires_grad(true)});
    return result;
}

at::Tensor gradient_of(const model::Parameter& parameter, int step) {
    auto generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(100 * step + parameter.value.numel()));
    return at::randn(parameter.spec.shape, generator);
}

void take_steps(const TrainConfig& config, std::vector<model::Parameter>& parameters, int steps, double divisor = 1) {
    const auto optimizer = make_optimizer(config, parameters);
    for (int k = 1; k <= steps; ++k) {
        for (auto& parameter : parameters) parameter.value.mutable_grad() = gradient_of(parameter, k);
        optimizer->step({0.5, at::scalar_tensor(divisor), at::zeros({})});
    }
}

double distance(const at::Tensor& a, const at::Tensor& b) { return (a.detach() - b).abs().max().item<double>(); }

TrainConfig config_of(const char* optimizer) {
    TrainConfig config;
    config.optimizer = optimizer;
    config.precision = "fp32";
    config.lr = 0.02;
    config.adam_lr = 0.004;
    config.weight_decay = 0.3;
    return config;
}

// Loshchilov and Hutter 2019 in double, `steps` updates at lr / 2.
at::Tensor adamw_reference(const model::Parameter& parameter, const TrainConfig& config, double lr, double decay,
                           int steps, double divisor) {
    at::Tensor w = parameter.value.detach().to(at::kDouble), m = at::zeros_like(w), v = at::zeros_like(w);
    for (int k = 1; k <= steps; ++k) {
        const at::Tensor g = gradient_of(parameter, k).to(at::kDouble) / divisor;
        m = config.beta1 * m + (1 - config.beta1) * g;
        v = config.beta2 * v + (1 - config.beta2) * g * g;
        const at::Tensor corrected = m / (1 - std::pow(config.beta1, k));
        const at::Tensor deviation = (v / (1 - std::pow(config.beta2, k))).sqrt() + config.eps;
        w = w * (1 - 0.5 * lr * decay) - 0.5 * lr * corrected / deviation;
    }
    return w;
}

at::Tensor tensor_of(const Json& values) {
    if (!values.at(0).is_array()) return at::tensor(values.get<std::vector<float>>());
    std::vector<at::Tensor> rows;
    for (const Json& row : values) rows.push_back(tensor_of(row));
    return at::stack(rows);
}

// A case of optimizers.json: a matrix, which decays, and a gain, which does not, after as many steps as it has
// gradients.
struct Published {
    explicit Published(const Json& given) : wanted(given) {
        config = patched(RunConfig(), {{"train", given.at("train")}}, "case").train;
        config.optimizer = given.at("optimizer").get<std::string>();
        config.schedule = "constant";
        hold("blocks.0.attn.q.weight", given.at("matrix"), TensorRole::matrix);
        hold("blocks.0.attn_in.weight", given.at("gain"), TensorRole::gain);
        optimizer = make_optimizer(config, held);
    }

    void hold(const char* name, const Json& start, TensorRole role) {
        const at::Tensor value = tensor_of(start);
        held.push_back({{name, value.sizes().vec(), role}, value.clone().set_requires_grad(true)});
    }

    void train() {
        const std::size_t steps = wanted.at("matrix_gradients").size();
        for (std::size_t k = 0; k < steps; ++k) {
            const auto step = static_cast<std::int64_t>(k);
            held[0].value.mutable_grad() = tensor_of(wanted.at("matrix_gradients").at(k)) * 2;
            held[1].value.mutable_grad() = tensor_of(wanted.at("gain_gradients").at(k)) * 2;
            optimizer->step({schedule_factor(config, step), at::scalar_tensor(2.0f), at::zeros({}), step});
        }
    }

    // How far the parameters are from those of the published package, at most.
    double distance_to(const char* key) const {
        double largest = 0;
        for (std::size_t i = 0; i < held.size(); ++i)
            largest = std::max(largest, distance(held[i].value, tensor_of(wanted.at(key).at(i))));
        return largest;
    }

    Json wanted;
    TrainConfig config;
    std::vector<model::Parameter> held;
    std::unique_ptr<Optimizer> optimizer;
};

}  // namespace

class OptimizerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { register_kinds(); }

    void every_file_is_registered() {
        const auto names_in = [](const char* folder) {
            std::set<std::string> names;
            for (const auto& entry :
                 std::filesystem::directory_iterator(std::filesystem::path(ABLATE_SOURCE_DIR) / folder))
                if (entry.path().extension() == ".cpp") names.insert(entry.path().stem().string());
            return std::vector<std::string>(names.begin(), names.end());
        };
        QVERIFY(TrainKindTable<OptimizerRow>::instance().names() == names_in("core/train/optimizers"));
        QVERIFY(TrainKindTable<ScheduleRow>::instance().names() == names_in("core/train/schedules"));
        for (const auto& [name, row] : TrainKindTable<OptimizerRow>::instance().rows()) {
            const TrainConfig config = config_of(name.c_str());
            QVERIFY2(!row.label.empty() && !row.formula.empty() && !row.source.empty() &&
                         row.in_words(config).starts_with(row.label),
                     name.c_str());
        }
    }

    // What the memory estimate counts is what the optimizer holds. The average of schedule-free AdamW is saved as the
    // weights, so it is no part of its state.
    void state_is_as_large_as_declared() {
        for (const auto& [name, row] : TrainKindTable<OptimizerRow>::instance().rows()) {
            const TrainConfig config = config_of(name.c_str());
            auto held = parameters();
            double declared = 0, present = 0;
            for (const auto& parameter : held) declared += row.state_bytes(config, parameter.spec);
            for (const auto& entry : make_optimizer(config, held)->state())
                if (entry.value.dim() > 0) present += static_cast<double>(entry.value.nbytes());
            for (const auto& parameter : held)
                if (name == "schedule_free") present += static_cast<double>(parameter.value.nbytes());
            QVERIFY2(declared == present, name.c_str());
        }
    }

    void the_report_names_what_an_optimizer_reads() {
        const auto& rows = TrainKindTable<OptimizerRow>::instance();
        QVERIFY(rows.find("sgd")->coupled_decay && !rows.find("adamw")->coupled_decay);
        QVERIFY(!rows.find("sgd")->reads("beta1") && rows.find("adamw")->reads("beta1"));
        TrainConfig config = config_of("sgd");
        QCOMPARE(QString::fromStdString(optimizer_of(config).in_words(config)), QString("SGD, momentum 0.95"));
        config.momentum = 0;
        QCOMPARE(QString::fromStdString(optimizer_of(config).in_words(config)), QString("SGD without momentum"));
    }

    void adamw_is_adamw_and_decays_what_it_should() {
        for (const bool all : {false, true}) {
            TrainConfig config = config_of("adamw");
            config.decay_all = all;
            auto moved = parameters();
            take_steps(config, moved, 5, 2.0);
            const auto start = parameters();
            for (std::size_t i = 0; i < moved.size(); ++i) {
                const double decay = all || start[i].spec.role == TensorRole::matrix ? 0.3 : 0;
                QVERIFY(distance(moved[i].value, adamw_reference(start[i], config, config.lr, decay, 5, 2.0)) < 1e-6);
            }
        }
    }

    void sgd_is_sgd_with_momentum() {
        TrainConfig config = config_of("sgd");
        config.momentum = 0.9;
        auto moved = parameters();
        take_steps(config, moved, 4, 2.0);
        const auto start = parameters();
        for (std::size_t i = 0; i < moved.size(); ++i) {
            at::Tensor w = start[i].value.detach().to(at::kDouble), buffer = at::zeros_like(w);
            const double decay = start[i].spec.role == TensorRole::matrix ? 0.3 : 0;
            for (int k = 1; k <= 4; ++k) {
                buffer = 0.9 * buffer + gradient_of(start[i], k) / 2.0 + decay * w;
                w = w - 0.5 * config.lr * buffer;
            }
            QVERIFY(distance(moved[i].value, w) < 1e-6);
        }
    }

    // tests/support/make_train_reference.py: torch.optim.SGD, with decay that is coupled and without momentum too.
    void sgd_is_pytorchs() {
        const Json cases = io::read_json(std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/train/expected.json");
        for (const Json& wanted : cases.at("sgd")) {
            TrainConfig config = config_of("sgd");
            config.lr = 0.05;
            config.momentum = wanted.at("momentum").get<double>();
            std::vector<model::Parameter> held{{{"head.weight", {1, 3}, TensorRole::matrix},
                                                at::tensor({1.0f, -2.0f, 0.5f}).view({1, 3}).set_requires_grad(true)}};
            const auto optimizer = make_optimizer(config, held);
            for (int k = 1; k <= 3; ++k) {
                const auto step = static_cast<float>(k);
                held[0].value.mutable_grad() = at::tensor({0.1f * step, -0.3f, 0.2f / step}).view({1, 3});
                optimizer->step({1, at::ones({}), at::zeros({})});
            }
            const auto weight = wanted.at("weight").get<std::vector<double>>();
            QVERIFY(distance(held[0].value, at::tensor(weight).view({1, 3})) < 1e-6);
        }
    }

    // tests/support/make_optimizer_reference.py: lion_pytorch, pytorch_optimizer and schedulefree.
    void others_are_the_published_ones() {
        const auto file = std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/train/optimizers.json";
        std::set<std::string> tried;
        for (const Json& given : io::read_json(file)) {
            Published published(given);
            const std::string name = published.config.optimizer + " " + given.at("train").dump();
            const double before = published.distance_to("trained");
            published.train();
            QVERIFY2(before > 0.05 && published.distance_to("trained") < 5e-6, name.c_str());
            const EvaluationWeights evaluated(*published.optimizer);
            QVERIFY2(published.distance_to("evaluated") < 5e-6, name.c_str());
            tried.insert(published.config.optimizer);
        }
        QVERIFY(tried == (std::set<std::string>{"lion", "soap", "schedule_free"}));
    }

    // The statistics and bases of the long side are neither held nor counted.
    void soap_leaves_long_sides_alone() {
        TrainConfig config = config_of("soap");
        config.own_options["precondition_limit"] = 4;
        auto held = parameters();
        std::set<std::string> names;
        for (const auto& entry : make_optimizer(config, held)->state()) names.insert(entry.name);
        QVERIFY(names.contains("basis_of_columns.head.weight") && !names.contains("basis_of_rows.head.weight"));
        QVERIFY(!names.contains("basis_of_rows.blocks.0.attn_in.weight"));
        const OptimizerRow& row = optimizer_of(config);
        QCOMPARE(row.state_bytes(config, held[2].spec), 8.0 * 20 + 8.0 * 16);
    }

    // Evaluation and a change of the first weights leave no trace in the weights that are trained.
    void schedule_free_weights_come_back_to_the_bit() {
        const TrainConfig config = config_of("schedule_free");
        auto held = parameters();
        const at::Tensor first = held[0].value.detach().clone();
        const auto optimizer = make_optimizer(config, held);
        QVERIFY(held[0].value.detach().equal(first));
        for (int k = 0; k < 3; ++k) {
            for (auto& parameter : held) parameter.value.mutable_grad() = gradient_of(parameter, k);
            optimizer->step({1, at::ones({}), at::zeros({}), k});
            const at::Tensor trained = held[0].value.detach().clone();
            optimizer->begin_evaluation();
            QVERIFY((k == 0) == held[0].value.detach().equal(trained));  // after one update, all the average is of it
            optimizer->end_evaluation();
            QVERIFY(held[0].value.detach().equal(trained));
        }
        const at::Tensor trained = held[0].value.detach().clone();
        optimizer->started();
        QVERIFY(held[0].value.detach().equal(trained));
    }

    // An embedding that no batch has read has neither gradient nor moments: 0 / 0 where epsilon is 0 in fp32.
    void an_epsilon_below_fp32_leaves_unread_weights_alone() {
        for (const double eps : {1e-300, 1e-46, 1e-30}) {
            TrainConfig config = config_of("adamw");
            config.eps = eps;
            config.weight_decay = 0;
            auto held = parameters();
            const at::Tensor before = held[0].value.detach().clone();
            const auto optimizer = make_optimizer(config, held);
            for (auto& parameter : held) parameter.value.mutable_grad() = at::zeros(parameter.spec.shape);
            optimizer->step({1, at::ones({}), at::zeros({})});
            QVERIFY(held[0].value.detach().equal(before));
        }
    }

    void muon_turns_hidden_matrices_and_leaves_the_rest_to_adamw() {
        const TrainConfig config = config_of("muon");
        auto moved = parameters();
        take_steps(config, moved, 1);
        const auto start = parameters();
        // A step of Muon is an orthogonal matrix, sqrt(6 / 4) lr long in every direction (as far as five iterations
        // get).
        const at::Tensor update = (start[0].value.detach() * (1 - 0.5 * config.lr * 0.3) - moved[0].value.detach()) /
                                  (0.5 * config.lr * std::sqrt(6.0 / 4));
        const at::Tensor eigenvalues = at::linalg_eigvalsh(update.t().matmul(update).to(at::kDouble));
        QVERIFY(eigenvalues.min().item<double>() > 0.4 && eigenvalues.max().item<double>() < 1.6);
        QVERIFY((update * gradient_of(start[0], 1)).sum().item<double>() > 0);
        QVERIFY(distance(moved[2].value, adamw_reference(start[2], config, config.adam_lr, 0.3, 1, 1)) < 1e-6);
        QVERIFY(distance(moved[1].value, adamw_reference(start[1], config, config.adam_lr, 0, 1, 1)) < 1e-6);
    }

    void orthogonalization_keeps_the_singular_directions() {
        const at::Tensor matrix = parameters()[0].value.detach();
        for (const at::Tensor& m : {matrix, matrix.t().contiguous()}) {
            const at::Tensor x = orthogonalized(m, at::kFloat);
            const auto [u, s, vh] = at::linalg_svd(m, false);
            const at::Tensor in_their_basis = u.t().matmul(x).matmul(vh.t());
            QVERIFY((in_their_basis - at::diag(in_their_basis.diagonal())).abs().max().item<double>() < 1e-4);
            QVERIFY(in_their_basis.diagonal().min().item<double>() > 0.6 &&
                    in_their_basis.diagonal().max().item<double>() < 1.3);
        }
    }

    void state_goes_by_name() {
        auto held = parameters();
        std::vector<std::string> names;
        for (const auto& entry : make_optimizer(config_of("muon"), held)->state()) names.push_back(entry.name);
        QVERIFY(names ==
                (std::vector<std::string>{"adam_step", "exp_avg.head.weight", "exp_avg_sq.head.weight",
                                          "exp_avg.blocks.0.attn_in.weight", "exp_avg_sq.blocks.0.attn_in.weight",
                                          "momentum.blocks.0.attn.q.weight"}));
    }
};

QTEST_GUILESS_MAIN(OptimizerTest)
#include "optimizer_test.moc"
