#include "core/io/bytes.h"
#include "core/io/json_file.h"
#include "core/io/torch_file/state_dict_file.h"
#include "core/io/torch_file/state_dict_writer.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temp_folder.h"
#include "tests/support/throws.h"

#include <QProcess>
#include <QTest>
#include <numeric>

using namespace ablate;
namespace tf = ablate::io::torch_file;
namespace fs = std::filesystem;
using test::input_error;
using test::is_line_with;

// Files of torch.save (tests/support/make_torch_file_reference.py) read here, and ours read there.
class TorchFileTest : public QObject {
    Q_OBJECT
    test::TempFolder folder_;

    static fs::path reference(const std::string& name) {
        return fs::path(ABLATE_SOURCE_DIR) / "tests/data/torch_file" / name;
    }

    static double number(const std::string& dtype, const char* bytes) {
        const auto from_bits = [](std::uint32_t bits) { return std::bit_cast<float>(bits); };
        if (dtype == "F32") return io::load<float>(bytes);
        if (dtype == "F64") return io::load<double>(bytes);
        if (dtype == "BF16") return from_bits(std::uint32_t{io::load<std::uint16_t>(bytes)} << 16);
        if (dtype == "F16") return static_cast<double>(io::load<_Float16>(bytes));
        if (dtype == "I64") return static_cast<double>(io::load<std::int64_t>(bytes));
        if (dtype == "I32") return io::load<std::int32_t>(bytes);
        if (dtype == "I16") return io::load<std::int16_t>(bytes);
        if (dtype == "I8") return io::load<std::int8_t>(bytes);
        return io::load<std::uint8_t>(bytes);
    }

    static std::vector<double> values(const tf::StateDictFile& file, const std::string& name) {
        const auto* tensor = file.find(name);
        if (!tensor) return {-1e9};
        std::string bytes(tensor->bytes(), '\0');
        file.read(*tensor, bytes.data());
        std::vector<double> numbers;
        const std::size_t each = tensor->elements() ? bytes.size() / tensor->elements() : 0;
        for (std::size_t i = 0; i < tensor->elements(); ++i)
            numbers.push_back(number(tensor->dtype, bytes.data() + i * each));
        return numbers;
    }

    // A file of tensors that count on from one to the next; BF16 ones hold the upper halves.
    fs::path written(const std::string& name, const std::vector<tf::DeclaredTensor>& tensors) const {
        const fs::path path = folder_ / name;
        tf::StateDictWriter writer(path, tensors);
        float next = 0;
        for (const tf::DeclaredTensor& tensor : tensors) {
            if (!tensor.shares.empty()) continue;
            for (std::uint64_t left = tensor.bytes(); left > 0; left -= tensor.dtype == "F32" ? 4 : 2, ++next)
                writer.write(reinterpret_cast<const char*>(&next) + (tensor.dtype == "F32" ? 0 : 2),
                             tensor.dtype == "F32" ? 4 : 2);
        }
        writer.finish();
        return path;
    }

    // What the file's pickle would be of so many tensors, each of one element.
    static std::vector<tf::DeclaredTensor> many(int count) {
        std::vector<tf::DeclaredTensor> tensors;
        for (int i = 0; i < count; ++i) tensors.push_back({"layer." + std::to_string(i) + ".weight", "F32", {1}});
        return tensors;
    }

    // Every entry but the one that is drawn anew for each file.
    static void compare_entries(const fs::path& ours, const fs::path& theirs) {
        const tf::ZipReader our_zip(ours), their_zip(theirs);
        QCOMPARE(our_zip.entries().size(), their_zip.entries().size());
        for (const tf::ZipEntry& entry : our_zip.entries()) {
            const tf::ZipEntry* other = their_zip.find(entry.name);
            QVERIFY2(other, entry.name.c_str());
            if (!entry.name.ends_with("serialization_id"))
                QVERIFY2(our_zip.read(entry) == their_zip.read(*other), entry.name.c_str());
        }
        QVERIFY(values(tf::StateDictFile(theirs), "head") == values(tf::StateDictFile(ours), "embed"));
    }

  private Q_SLOTS:
    void files_of_pytorch_are_read_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"plain.pt", "views.pt", "module.pt", "parameters.pt", "protocol-4.pt",
                                 "no-checksums.pt", "wrapped.pt", "beside-tensors.pt", "nested.pt"})
            QTest::newRow(name) << name;
    }
    void files_of_pytorch_are_read() {
        QFETCH(QString, name);
        const Json expected = io::read_json(reference("expected.json")).at(name.toStdString());
        const tf::StateDictFile file(reference(name.toStdString()));
        QCOMPARE(file.tensors().size(), expected.size());
        for (const auto& [tensor, wanted] : expected.items()) {
            QVERIFY2(file.find(tensor), tensor.c_str());
            QCOMPARE(Json(file.find(tensor)->shape).dump(), wanted.at("shape").dump());
            QVERIFY2(values(file, tensor) == wanted.at("values").get<std::vector<double>>(), tensor.c_str());
        }
    }

    void what_is_shared_and_what_else_is_there_is_told() {
        const tf::StateDictFile plain(reference("plain.pt"));
        QCOMPARE(plain.find("head.weight")->storage, plain.find("embed.weight")->storage);
        QVERIFY(plain.find("bf16")->storage != plain.find("f16")->storage);
        QCOMPARE(plain.tensors().front().name, std::string("embed.weight"));
        QVERIFY(plain.member().empty() && plain.others().empty());
        const tf::StateDictFile wrapped(reference("wrapped.pt"));
        QCOMPARE(wrapped.member(), std::string("state_dict"));
        QVERIFY((wrapped.others() == std::vector<std::string>{"step", "optimizer", "loss", "none", "list"}));
        QVERIFY(!wrapped.find("exp_avg"));
        const tf::StateDictFile beside(reference("beside-tensors.pt"));  // counters as tensors do not hide the model
        QCOMPARE(beside.member(), std::string("model"));
        QVERIFY((beside.others() == std::vector<std::string>{"iteration", "rng", "optimizer", "options"}));
        const tf::StateDictFile nested(reference("nested.pt"));
        QCOMPARE(nested.member(), std::string("checkpoint.model.state_dict"));
    }

    void what_is_no_plain_state_dict_is_refused_by_name_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* name, const char* part) { QTest::newRow(name) << name << part; };
        row("refused-legacy.pt", "before version 1.6");
        row("refused-call.pt", "asks for posix.system: not a plain state dict");
        row("refused-module.pt", "asks for torch.nn.modules.linear.Linear");
        row("refused-expanded.pt", "tensor [1000] of more elements than its storage '0' (1)");
        row("refused-no-tensors.pt", "holds no tensors by name; its members are 'step', 'args'");
        row("refused-optimizer.pt", "holds no tensors by name; its members are 'optimizer', 'step'");
        row("refused-list.pt", "no dict of tensors");
        row("refused-script.pt", "TorchScript");
        row("refused-deflated.pt", "entry 'module/data.pkl' is compressed (deflate)");
        row("refused-big-endian.pt", "byteorder is not little");
        row("refused-storage.pt", "storage '0' holds 20 bytes where data.pkl says 6 elements of F32");
        row("expected.json", "no zip file");
    }
    void what_is_no_plain_state_dict_is_refused_by_name() {
        QFETCH(QString, name);
        QFETCH(QString, part);
        const fs::path file = reference(name.toStdString());
        const std::string message = input_error([&] { tf::StateDictFile read(file); });
        QVERIFY2(is_line_with(message, {file.c_str(), qPrintable(part)}), message.c_str());
    }

    void damage_is_found() {
        const std::string good = read_file(reference("module.pt"));
        const std::string weights("\x00\x00\x80\x3e", 4);  // 0.25, the second element
        std::string changed = good;
        changed[good.find(weights)] = 1;
        const fs::path file = folder_.write("changed.pt", changed);
        const tf::StateDictFile opened(file);
        QVERIFY(is_line_with(input_error([&] { values(opened, "weight"); }), {"data/0", "checksum"}));
        for (const std::size_t kept : {good.size() - 1, good.size() / 2, std::size_t{10}, std::size_t{0}}) {
            folder_.write("short.pt", good.substr(0, kept));
            QVERIFY(
                is_line_with(input_error([&] { tf::StateDictFile short_file(folder_ / "short.pt"); }), {"short.pt"}));
        }
        // The directory says another size than the entry's own header, which torch.save leaves at 0.
        std::string disagrees = good;
        disagrees[18] = 1;
        folder_.write("disagrees.pt", disagrees);
        QVERIFY(is_line_with(input_error([&] { tf::StateDictFile file(folder_ / "disagrees.pt"); }),
                             {"module/data.pkl", "another size"}));
    }

    void what_is_written_comes_back() {
        const fs::path file = written("model.pt", {{"embed", "F32", {3, 2}},
                                                   {"empty", "F32", {0, 2}},
                                                   {"half", "BF16", {4}},
                                                   {"scalar", "F32", {}},
                                                   {"head", "F32", {3, 2}, "embed"},
                                                   {"nothing", "BF16", {0}}});
        const tf::StateDictFile read(file);
        QCOMPARE(read.tensors().size(), std::size_t{6});
        QVERIFY((values(read, "embed") == std::vector<double>{0, 1, 2, 3, 4, 5}));
        QVERIFY((values(read, "half") == std::vector<double>{6, 7, 8, 9}));
        QVERIFY((values(read, "scalar") == std::vector<double>{10}));
        QVERIFY(values(read, "head") == values(read, "embed"));
        QCOMPARE(read.find("head")->storage, read.find("embed")->storage);
        QVERIFY(values(read, "empty").empty());
        const tf::ZipReader zip(file);
        for (const tf::ZipEntry& entry : zip.entries()) QCOMPARE(entry.begin % 64, std::uint64_t{0});
    }

    void the_pickle_is_that_of_pytorch() {
        const tf::ZipReader theirs(reference("plain.pt"));
        std::vector<tf::DeclaredTensor> tensors;
        const tf::StateDictFile plain(reference("plain.pt"));
        for (const auto& tensor : plain.tensors()) tensors.push_back({tensor.name, tensor.dtype, tensor.shape});
        tensors.back().shares = "embed.weight";
        QVERIFY(tf::write_state_dict_pickle(tensors) == theirs.read(*theirs.find("plain/data.pkl")));
    }

    void the_size_is_known_before() {
        for (const int count : {1, 7, 300}) {
            const auto tensors = many(count);
            const std::uint64_t promised = tf::state_dict_bytes(tensors),
                                taken = fs::file_size(written("size.pt", tensors));
            QVERIFY2(taken <= promised && promised < taken + 1200 * static_cast<std::uint64_t>(count + 8),
                     qPrintable(QString("%1 of %2").arg(taken).arg(promised)));
        }
    }

    // Loaded with weights_only=True and saved again by PyTorch: the same pickle, the same storages. Items are set 1,000
    // at a time, and one alone in another way.
    void pytorch_reads_and_writes_the_same() {
        if (!fs::exists(ABLATE_PYTHON)) QSKIP("needs " ABLATE_PYTHON);
        const fs::path theirs = folder_ / "theirs";
        fs::create_directories(theirs);
        QStringList arguments = {ABLATE_SOURCE_DIR "/tests/support/resave_state_dict.py", theirs.c_str()};
        for (const int count : {4, 1000, 1001, 2005}) {
            std::vector<tf::DeclaredTensor> tensors = {{"embed", "F32", {300, 70}},
                                                       {"half", "BF16", {2, 1, 3, 2, 1}},
                                                       {"scalar", "F32", {}},
                                                       {"head", "F32", {300, 70}, "embed"}};
            for (const tf::DeclaredTensor& tensor : many(count - 4)) tensors.push_back(tensor);
            arguments << written("of-" + std::to_string(count) + ".pt", tensors).c_str();
        }
        QProcess python;
        python.start(ABLATE_PYTHON, arguments);
        QVERIFY(python.waitForFinished(120'000));
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError());
        for (const QString& file : arguments.mid(2)) {
            const fs::path ours = file.toStdString();
            compare_entries(ours, theirs / ours.filename());
        }
    }

    void what_cannot_be_declared_is_an_error_of_the_program() {
        const auto refuses = [&](const std::vector<tf::DeclaredTensor>& tensors) {
            QVERIFY_THROWS_EXCEPTION(std::logic_error, tf::write_state_dict_pickle(tensors));
        };
        refuses({{"a", "F8_E4M3", {1}}});
        refuses({{"a", "F32", {1}}, {"a", "F32", {1}}});
        refuses({{"a", "F32", {1}, "b"}});
        refuses({{"a", "F32", {2}}, {"b", "F32", {1}, "a"}});
        tf::StateDictWriter writer(folder_ / "unfinished.pt", {{"a", "F32", {2}}});
        const float number = 1;
        writer.write(&number, sizeof number);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, writer.finish());
        writer.write(&number, sizeof number);
        QVERIFY_THROWS_EXCEPTION(std::logic_error, writer.write(&number, sizeof number));
    }

    void a_full_disk_is_said() {
        const test::FileSizeLimit limit(3000);
        QVERIFY_THROWS_EXCEPTION(ResourceError, written("full.pt", {{"a", "F32", {1000}}}));
    }
};

QTEST_GUILESS_MAIN(TorchFileTest)
#include "torch_file_test.moc"
