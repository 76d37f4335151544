#include "core/base/random.h"
#include "core/model/tensor_table.h"
#include "core/model/transformer.h"
#include "core/train/register.h"

#include <ATen/Parallel.h>
#include <QTest>

using namespace ablate;

// What every kind owes, walked over the registry: a new file in kinds/ is held to it without a line here.
class KindsContractTest : public QObject {
    Q_OBJECT

    static constexpr std::int64_t kVocabulary = 17, kContext = 8, kBatch = 2;

    static RunConfig base() {
        RunConfig config;
        config.model.d_model = 16;
        config.model.layers = 2;
        config.model.heads = 2;
        config.model.d_ff = 24;
        config.data.vocab_size = kVocabulary;
        config.data.context = kContext;
        config.train.batch = kBatch;
        config.train.precision = "fp32";
        return config;
    }

    // The kind with its defaults in a tiny transformer; a norm for queries and keys goes there, others everywhere.
    static RunConfig with_kind(const KindRow& row) {
        RunConfig config = base();
        const KindChoice choice = kind_from_json(row.category, row.name, "test");
        if (row.category == "position") config.model.position = choice;
        if (row.category == "ffn") config.model.ffn = choice;
        if (row.category == "init") config.model.init = choice;
        if (row.category != "norm") return config;
        for (const NormSite site : kNormSites) {
            const bool query_or_key = site == NormSite::q || site == NormSite::k;
            if (query_or_key || !row.query_key_only) config.model.norm_at(site) = choice;
        }
        return config;
    }

    static at::Tensor ids(std::int64_t offset) {
        return at::arange(kBatch * kContext).mul(7).add(offset).remainder(kVocabulary).view({kBatch, kContext});
    }

    // Random numbers of each tensor's own, so that no gain is 1 and no bias 0.
    static void perturb(model::Transformer& transformer) {
        const at::NoGradGuard no_gradient;
        for (model::Parameter& parameter : transformer.parameters()) {
            RandomStream stream(5, parameter.spec.name);
            for (std::int64_t i = 0; i < parameter.value.numel(); ++i)
                parameter.value.view(-1)[i] += 0.3 * stream.normal();
        }
    }

    static const KindRow& fetched_row() {
        QFETCH(QString, category);
        QFETCH(QString, kind);
        return KindTable::instance().get(category.toStdString(), kind.toStdString(), "test");
    }

    static void every_kind() {
        QTest::addColumn<QString>("category");
        QTest::addColumn<QString>("kind");
        for (const std::string& category : KindTable::instance().categories())
            for (const KindRow* row : KindTable::instance().rows(category))
                QTest::addRow("%s %s", category.c_str(), row->name.c_str())
                    << QString::fromStdString(category) << QString::fromStdString(row->name);
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
    }

    void every_file_is_registered() {
        std::size_t files = 0, rows = 0;
        const auto folder = std::filesystem::path(ABLATE_SOURCE_DIR) / "core/model/kinds";
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            files += entry.path().extension() == ".cpp";
        for (const std::string& category : KindTable::instance().categories())
            rows += KindTable::instance().rows(category).size();
        QCOMPARE(rows, files);
    }

    void row_says_what_it_is_data() { every_kind(); }
    void row_says_what_it_is() {
        const KindRow& row = fetched_row();
        QVERIFY(!row.label.empty() && !row.formula.empty() && !row.source.empty());
        if (row.category == "ffn") QVERIFY(row.ffn_matrices == 2 || row.ffn_matrices == 3);
        const KindChoice choice = kind_from_json(row.category, row.name, "test");
        QVERIFY(kind_from_json(row.category, kind_to_json(choice), "test") == choice);
        const RunConfig config = with_kind(row);
        require_valid(config, "test");
        QVERIFY(to_json(run_config_from_json(to_json(config), "test")) == to_json(config));
    }

    void shapes_and_gradients_data() { every_kind(); }
    void shapes_and_gradients() {
        const RunConfig config = with_kind(fetched_row());
        model::Transformer transformer(config, 1, at::kCPU);
        const at::Tensor logits = transformer.logits(ids(0));
        QVERIFY(logits.sizes() == at::IntArrayRef({kBatch, kContext, kVocabulary}));
        QVERIFY(logits.scalar_type() == at::kFloat);
        perturb(transformer);
        transformer.loss(ids(0), ids(7)).objective.backward();
        for (const model::Parameter& parameter : transformer.parameters()) {
            const at::Tensor gradient = parameter.value.grad();
            QVERIFY2(gradient.defined() && gradient.isfinite().all().item<bool>(), parameter.spec.name.c_str());
            QVERIFY2(gradient.ne(0).any().item<bool>(), parameter.spec.name.c_str());
        }
    }

    void never_sees_the_future_data() { every_kind(); }
    void never_sees_the_future() {
        model::Transformer transformer(with_kind(fetched_row()), 1, at::kCPU);
        perturb(transformer);
        const at::NoGradGuard no_gradient;
        const std::int64_t changed = 5;
        at::Tensor other = ids(0).clone();
        other.select(1, changed).add_(1).remainder_(kVocabulary);
        const at::Tensor before = transformer.logits(ids(0)), after = transformer.logits(other);
        QVERIFY(at::equal(before.narrow(1, 0, changed), after.narrow(1, 0, changed)));
        QVERIFY(!at::equal(before.narrow(1, changed, 1), after.narrow(1, changed, 1)));
    }

    void seed_decides_the_start_data() { every_kind(); }
    void seed_decides_the_start() {
        const RunConfig config = with_kind(fetched_row());
        const auto first = model::Transformer(config, 1, at::kCPU).parameters();
        const auto again = model::Transformer(config, 1, at::kCPU).parameters();
        const auto other = model::Transformer(config, 2, at::kCPU).parameters();
        for (std::size_t i = 0; i < first.size(); ++i) {
            QVERIFY2(at::equal(first[i].value, again[i].value), first[i].spec.name.c_str());
            const bool drawn = first[i].spec.role == TensorRole::matrix || first[i].spec.role == TensorRole::embedding;
            QVERIFY2(at::equal(first[i].value, other[i].value) != drawn, first[i].spec.name.c_str());
        }
    }

    void shared_tensors_start_equal_data() { every_kind(); }
    void shared_tensors_start_equal() {
        const KindRow& row = fetched_row();
        if (row.category == "init") return;  // the one thing that changes where weights start
        const auto baseline = model::Transformer(base(), 1, at::kCPU).parameters();
        const auto variant = model::Transformer(with_kind(row), 1, at::kCPU).parameters();
        for (const model::Parameter& a : baseline)
            for (const model::Parameter& b : variant)
                if (a.spec.name == b.spec.name && a.spec.role == TensorRole::matrix && a.spec.shape == b.spec.shape)
                    QVERIFY2(at::equal(a.value, b.value), a.spec.name.c_str());
    }

    void table_is_what_is_allocated_data() { every_kind(); }
    void table_is_what_is_allocated() {
        const RunConfig config = with_kind(fetched_row());
        const std::vector<TensorSpec> table = model::tensor_table(config);
        const model::Transformer transformer(config, 1, at::kCPU);
        QCOMPARE(transformer.parameters().size(), table.size());
        std::int64_t values = 0;
        for (std::size_t i = 0; i < table.size(); ++i) {
            QCOMPARE(transformer.parameters()[i].spec.name, table[i].name);
            QVERIFY2(transformer.parameters()[i].value.sizes() == at::IntArrayRef(table[i].shape),
                     table[i].name.c_str());
            values += transformer.parameters()[i].value.numel();
        }
        QCOMPARE(qint64(values), qint64(model::parameter_counts(config).unique));
    }

    void differs_from_every_other_kind_data() { every_kind(); }
    void differs_from_every_other_kind() {
        const KindRow& row = fetched_row();
        const auto output = [](const KindRow& of) {
            model::Transformer transformer(with_kind(of), 1, at::kCPU);
            perturb(transformer);
            const at::NoGradGuard no_gradient;
            return transformer.logits(ids(0));
        };
        const at::Tensor own = output(row);
        for (const KindRow* other : KindTable::instance().rows(row.category)) {
            if (other->name == row.name || other->equivalent_to == row.name || row.equivalent_to == other->name)
                continue;
            const double gap = (output(*other) - own).abs().max().item<double>();
            QVERIFY2(gap > 1e-4, (row.name + " computes what " + other->name + " does").c_str());
        }
    }
};

QTEST_GUILESS_MAIN(KindsContractTest)
#include "kinds_contract_test.moc"
