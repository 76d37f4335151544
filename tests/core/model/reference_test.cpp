#include "core/base/error.h"
#include "core/config/schema.h"
#include "core/io/safetensors.h"
#include "core/model/transformer.h"
#include "core/train/register.h"

#include <ATen/Parallel.h>
#include <QTest>

#include <filesystem>
#include <set>

using namespace ablate;

// What tests/support/make_model_reference.py computed with PyTorch, against the model: logits, loss and every gradient.
class ReferenceTest : public QObject {
    Q_OBJECT

    static at::Tensor read(const io::SafetensorsReader& file, const std::string& name) {
        const io::TensorEntry* entry = file.find(name);
        if (!entry) throw std::runtime_error("the reference has no tensor '" + name + "'");
        const at::Tensor tensor = at::empty(entry->shape, entry->dtype == "I64" ? at::kLong : at::kDouble);
        file.read(*entry, tensor.mutable_data_ptr());
        return tensor;
    }

    // Of the whole tensor, in the Euclidean norm.
    static double distance(const at::Tensor& value, const at::Tensor& wanted) {
        return ((value.detach().to(at::kDouble) - wanted).norm() / wanted.norm()).item<double>();
    }

    static void set_parameters(model::Transformer& transformer, const io::SafetensorsReader& file) {
        const at::NoGradGuard no_gradient;
        for (model::Parameter& parameter : transformer.parameters())
            parameter.value.copy_(read(file, "param/" + parameter.spec.name));
    }

    static void compare(const std::filesystem::path& path, at::ScalarType type, double tolerance) {
        const io::SafetensorsReader file(path);
        const RunConfig config = run_config_from_json(Json::parse(file.metadata().at("config")), path.string());
        model::Transformer transformer(config, 1, at::kCPU, type);
        set_parameters(transformer, file);
        const at::Tensor ids = read(file, "ids"), targets = read(file, "targets");

        const auto near = [&](const std::string& name, const at::Tensor& value, const at::Tensor& wanted) {
            const double error = distance(value, wanted);
            QVERIFY2(error <= tolerance, fmt::format("{}: off by {:.2e}", name, error).c_str());
        };
        near("logits", transformer.logits(ids), read(file, "logits"));
        near("token nll", transformer.token_nll(ids, targets).mean(), read(file, "nll"));
        const model::LossOutput loss = transformer.loss(ids, targets);
        near("loss", loss.objective, read(file, "loss"));
        near("nll", loss.nll, read(file, "nll"));
        loss.objective.backward();
        std::size_t tensors = 0;
        for (const model::Parameter& parameter : transformer.parameters()) {
            QVERIFY2(parameter.value.grad().defined(), parameter.spec.name.c_str());
            near(parameter.spec.name, parameter.value.grad(), read(file, "grad/" + parameter.spec.name));
            ++tensors;
        }
        // The file holds five inputs and results, and two tensors for each parameter: the model lacks none of them.
        QCOMPARE(file.entries().size(), 5 + 2 * tensors);
    }

    // "position rope" and "position rope, layout half" for each kind in some case's configuration.
    static std::set<std::string> kinds_of_cases() {
        std::set<std::string> kinds;
        const std::filesystem::path folder = std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/reference";
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const Json stored = Json::parse(io::SafetensorsReader(entry.path()).metadata().at("config"));
            const Json config = to_json(run_config_from_json(stored, "reference"));
            for (const ListedField& field : run_config_fields()) {
                if (field.info->type != FieldType::kind) continue;
                const Json& choice = *schema_detail::find(config, field.key);
                const std::string kind = field.info->category + " " + choice.at("kind").get<std::string>();
                kinds.insert(kind);
                for (const auto& [option, value] : choice.items())
                    if (value.is_string()) kinds.insert(kind + ", " + option + " " + value.get<std::string>());
            }
        }
        return kinds;
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
    }

    void agrees_with_pytorch_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("single");
        const std::filesystem::path folder = std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data/reference";
        for (const auto& entry : std::filesystem::directory_iterator(folder))
            for (const bool single : {false, true})
                QTest::addRow("%s %s", entry.path().stem().c_str(), single ? "fp32" : "fp64")
                    << QString::fromStdString(entry.path().string()) << single;
    }

    void agrees_with_pytorch() {
        QFETCH(QString, file);
        QFETCH(bool, single);
        compare(file.toStdString(), single ? at::kFloat : at::kDouble, single ? 1e-5 : 1e-10);
    }

    void every_kind_has_a_reference() {
        const std::set<std::string> tried = kinds_of_cases();
        const auto has = [&](const std::string& kind) {
            if (!tried.contains(kind)) qWarning("no case of make_model_reference.py has %s", kind.c_str());
            return tried.contains(kind);
        };
        for (const std::string category : {"norm", "position", "ffn"})
            for (const KindRow* row : KindTable::instance().rows(category)) {
                const std::string kind = category + " " + row->name;
                QVERIFY(has(kind));
                for (const FieldInfo& option : row->options)
                    for (const std::string& choice : option.choices)
                        QVERIFY(has(kind + ", " + option.key + " " + choice));
            }
    }
};

QTEST_GUILESS_MAIN(ReferenceTest)
#include "reference_test.moc"
