#include "core/interop/open_model.h"

#include "core/infer/decoder.h"
#include "core/infer/generate.h"
#include "core/infer/sampling.h"
#include "core/infer/score.h"
#include "core/infer/trained_model.h"
#include "core/interop/flashnorm/flashnorm.h"
#include "core/interop/hf/export_run.h"
#include "core/interop/hf/import_model.h"
#include "core/io/json_file.h"
#include "tests/core/infer/trained_run.h"
#include "tests/support/rounding.h"
#include "tests/support/throws.h"

#include <ATen/Parallel.h>
#include <QTest>

using namespace ablate;
using namespace ablate::test;

class OpenModelTest : public QObject {
    Q_OBJECT

    static std::filesystem::path data(const std::string& name) {
        return std::filesystem::path(ABLATE_SOURCE_DIR) / "tests/data" / name;
    }

    static std::shared_ptr<const infer::TrainedModel> opened(const std::filesystem::path& folder,
                                                             const interop::OpenOptions& options = {}) {
        return interop::open_model(interop::find_model(folder.string(), {}), options);
    }

    static std::vector<std::int32_t> greedy(const infer::TrainedModel& model, const std::vector<std::int32_t>& prompt,
                                            std::size_t tokens, double penalty, bool cache) {
        infer::SamplingOptions options;
        options.repetition_penalty = penalty;
        infer::Decoder decoder(*model.model, 1, model.context, model.context, cache);
        infer::Sampler sampler(options, 0);
        infer::Decoder::Ids ids{prompt};
        while (ids[0].size() < prompt.size() + tokens) {
            const at::Tensor logits = decoder.next(ids, std::vector<std::size_t>{0});
            ids[0].push_back(
                sampler.pick({logits.mutable_data_ptr<float>(), static_cast<std::size_t>(logits.numel())}, ids[0]));
        }
        return {ids[0].begin() + static_cast<std::ptrdiff_t>(prompt.size()), ids[0].end()};
    }

    // By the largest logit.
    static double distance(const at::Tensor& found, const at::Tensor& wanted) {
        return ((found - wanted).abs().max() / wanted.abs().max()).item<double>();
    }

    // The trained run as a workspace's.
    static const std::filesystem::path& workspace() {
        static const std::filesystem::path folder = [] {
            const auto made = trained().folder / "workspace";
            const run::RunDirectory run =
                create_tiny_run(made, tiny_config(write_tiny_tokens(trained().folder / "ids"), 2));
            std::filesystem::copy(trained().run / "checkpoints", run.folder() / "checkpoints",
                                  std::filesystem::copy_options::recursive);
            return made;
        }();
        return folder;
    }

    static std::string continued(const interop::ModelPlace& place) {
        const auto model = interop::open_model(place, {.needs_tokenizer = true});
        return infer::generate(*model, {infer::prompt_ids(*model, "the cat sat")}, {}).front().text;
    }

  private Q_SLOTS:
    void initTestCase() {
        train::register_kinds();
        at::set_num_threads(1);
    }

    // tests/support/make_generate_reference.py
    void tokens_are_those_of_transformers() {
        for (const Json& wanted : io::read_json(data("generate/expected.json"))) {
            const auto model = opened(data(wanted.at("folder").get<std::string>()), {.context = 32});
            const auto prompt = wanted.at("prompt").get<std::vector<std::int32_t>>();
            const auto added = wanted.at("added").get<std::vector<std::int32_t>>();
            for (const bool cache : {true, false})
                QCOMPARE(greedy(*model, prompt, added.size(), wanted.at("repetition_penalty").get<double>(), cache),
                         added);
        }
    }

    // Two of the three prompts are read at once; the third has more rows than those few that are read as stored.
    // The same values are multiplied in fp32, whatever holds them and whatever the processor: see rounding.h.
    void for_generation_bf16_stays_bf16_and_the_logits_are_the_same() {
        const TempFolder folder;
        const auto imported = interop::hf::import_model(data("hf/qwen3-tied-bf16-v5"), folder.path(), "m").folder;
        for (const auto& place : {data("hf/qwen3-tied-bf16-v5"), imported}) {
            const auto wide = opened(place, {.context = 32}),
                       kept = opened(place, {.context = 32, .for_generation = true});
            std::size_t narrow = 0;
            for (std::size_t i = 0; i < kept->model->parameters().size(); ++i) {
                const at::Tensor& value = kept->model->parameters()[i].value;
                narrow += value.scalar_type() == at::kBFloat16;
                QVERIFY(value.to(at::kFloat).equal(wide->model->parameters()[i].value));
            }
            QVERIFY(narrow > 7 && narrow < kept->model->parameters().size());
            infer::Decoder of_kept(*kept->model, 3, 32, 32, true), of_wide(*wide->model, 3, 32, 32, true);
            infer::Decoder::Ids ids{{1, 2}, {3, 4}, {}};
            for (std::int32_t i = 0; i < 20; ++i) ids[2].push_back(i);
            for (int step = 0; step < 5; ++step) {
                const at::Tensor found = of_kept.next(ids, std::vector<std::size_t>{0, 1, 2}),
                                 wanted = of_wide.next(ids, std::vector<std::size_t>{0, 1, 2});
                const double error = distance(found, wanted), allowed = logits_tolerance(wide->config, at::kFloat);
                QVERIFY2(error <= allowed, fmt::format("off by {:.2e}, allowed {:.2e}", error, allowed).c_str());
                for (auto& sequence : ids) sequence.push_back(step);
            }
        }
    }

    // The rule tells fp32 products from bf16 ones: rounding the operands is far outside of it, and inside bf16's own.
    void bf16_products_are_no_rounding_of_fp32_ones() {
        const auto model = opened(data("hf/qwen3-tied-bf16-v5"), {.context = 32});
        RunConfig rounding = model->model->config();
        rounding.train.precision = "bf16";
        model::Transformer rounded(rounding, at::kCPU);
        const at::NoGradGuard no_gradient;
        for (std::size_t i = 0; i < rounded.parameters().size(); ++i)
            rounded.parameters()[i].value.copy_(model->model->parameters()[i].value);
        const at::Tensor ids = at::arange(20).remainder(rounding.data.vocab_size).view({1, -1});
        const double error = distance(rounded.logits(ids), model->model->logits(ids));
        QVERIFY2(error > 5 * logits_tolerance(rounding, at::kFloat), fmt::format("off by {:.2e}", error).c_str());
        QVERIFY2(error < logits_tolerance(rounding, at::kBFloat16), fmt::format("off by {:.2e}", error).c_str());
    }

    void a_folded_folder_continues_as_its_source() {
        const TempFolder folder;
        for (const char* name : {"qwen3-f32", "llama-f16"})
            for (const bool strict : {false, true}) {
                const auto out = folder / (std::string(name) + (strict ? "-strict" : ""));
                interop::flashnorm(data(std::string("flashnorm/") + name), out, {.strict = strict});
                const auto before = opened(data(std::string("flashnorm/") + name)), after = opened(out);
                for (const std::int32_t first : {1, 5, 11})
                    QCOMPARE(greedy(*after, {first, 2, 3}, 20, 1, true), greedy(*before, {first, 2, 3}, 20, 1, true));
            }
    }

    void one_model_opens_in_each_of_its_forms() {
        const std::string id = run::RunStore(workspace()).list().runs.front().info.id;
        const interop::ModelPlace run = interop::find_model(id.substr(0, 6), workspace());
        QCOMPARE(run.name, id);
        const std::string text = continued(run);
        QVERIFY(text.starts_with(" on the mat"));
        QCOMPARE(continued(interop::find_model(run.folder.string(), {})), text);

        const auto folder = trained().folder / "exported";
        interop::hf::export_run(trained().run, folder);
        QCOMPARE(continued(interop::find_model(folder.string(), {})), text);

        interop::hf::import_model(folder, workspace(), "imported");
        const interop::ModelPlace imported = interop::find_model("imported", workspace());
        QCOMPARE(imported.name, std::string("imported"));
        QCOMPARE(continued(imported), text);
        QCOMPARE(continued(interop::find_model(imported.folder.string(), {})), text);

        const std::string words = "the cat sat on the mat\nthe dog ate the big red ball\n";
        const double loss = infer::score_text(infer::load_trained(trained().run, true), words).loss;
        for (const interop::ModelPlace& place : {run, imported}) {
            const auto model = interop::open_model(place, {.needs_tokenizer = true});
            QVERIFY(std::abs(infer::score_text(*model, words).loss - loss) < 1e-5);
        }
    }

    void the_ends_of_a_text_are_those_a_folder_names() {
        const TempFolder folder;
        std::filesystem::copy(data("hf/qwen3-untied-v4"), folder / "m");
        folder.write("m/generation_config.json", R"({"eos_token_id": [3, 5]})");
        QCOMPARE(opened(folder / "m")->end_ids, (std::vector<std::int32_t>{3, 5}));
        folder.write("m/generation_config.json", R"({"eos_token_id": 4})");
        QCOMPARE(opened(folder / "m")->end_ids, (std::vector<std::int32_t>{4}));
        folder.write("m/generation_config.json", R"({"temperature": 1})");
        Json config = io::read_json(folder / "m/config.json");
        config["eos_token_id"] = 7;
        io::write_json(folder / "m/config.json", config);
        QCOMPARE(opened(folder / "m")->end_ids, (std::vector<std::int32_t>{7}));
        const auto imported = interop::hf::import_model(folder / "m", folder.path(), "copy");
        QCOMPARE(opened(imported.folder)->end_ids, (std::vector<std::int32_t>{7}));
    }

    void what_is_no_model_is_one_line() {
        const TempFolder folder;
        const auto refusal = [&](const std::string& which) {
            return input_error([&] { interop::find_model(which, workspace()); });
        };
        QVERIFY(is_line_with(refusal((folder / "nothing").string()), {"nothing", "no such folder"}));
        QVERIFY(is_line_with(refusal(folder.path().string()), {"run.json", "model.json", "config.json"}));
        QVERIFY(is_line_with(refusal("unheard-of"), {"unheard-of", "imported model"}));
        QVERIFY(is_line_with(refusal("../escape"), {"no such folder"}));
        QVERIFY(is_line_with(input_error([&] { opened(data("hf/qwen3-untied-v4"), {.step = 3}); }), {"checkpoints"}));
        QVERIFY(is_line_with(input_error([&] { opened(data("hf/qwen3-untied-v4"), {.needs_tokenizer = true}); }),
                             {"no tokenizer"}));
    }
};

QTEST_GUILESS_MAIN(OpenModelTest)
#include "open_model_test.moc"
