#include "ui/bridge/checkpoint_work.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/infer/generate.h"
#include "core/infer/score.h"
#include "core/interop/hf/export_run.h"
#include "core/interop/open_model.h"
#include "ui/bridge/text.h"

#include <cmath>
#include <exception>

namespace ablate::ui {
namespace {

struct Cancelled : std::exception {};

std::shared_ptr<const infer::TrainedModel> opened(const CheckpointOf& checkpoint, bool for_generation) {
    interop::OpenOptions open;
    open.needs_tokenizer = true;
    open.for_generation = for_generation;
    open.step = checkpoint.step;
    return interop::open_model({interop::ModelPlace::Kind::run, checkpoint.run, checkpoint.id.toStdString()}, open);
}

QString tokens_text(std::int64_t count) {
    return count == 1 ? QString("1 token") : text(with_thousands(count)) + " tokens";
}

QStringList in_words(const infer::Score& score) {
    QStringList lines;
    lines += QString("Loss %1 nats per token, perplexity %2, over %3 in windows of %4 (%5).")
                 .arg(text(significant(score.loss)), text(significant(score.perplexity)), tokens_text(score.tokens),
                      text(with_thousands(score.context)), text(score.precision));
    if (std::isfinite(score.bpb))
        lines += QString("%1 bits per byte; %2 without special tokens, over %3 bytes.")
                     .arg(text(significant(score.bpb)), text(significant(score.bpb_masked)),
                          text(with_thousands(score.bytes)));
    if (score.unknown_tokens > 0)
        lines += QString("Unknown tokens: %1.").arg(text(with_thousands(score.unknown_tokens)));
    for (const std::string& remark : score.remarks) lines += text(remark);
    return lines;
}

}  // namespace

CheckpointWork::CheckpointWork(QObject* parent) : QObject(parent) {}

CheckpointWork::~CheckpointWork() { cancel(); }

void CheckpointWork::start(std::function<QStringList(const Tell&)> work) {
    running_ = true;
    given_up_ = std::make_shared<std::atomic<bool>>(false);
    worker_.post([this, work = std::move(work), given_up = given_up_] {
        const auto answer = [this](auto then) { QMetaObject::invokeMethod(this, then, Qt::QueuedConnection); };
        const auto end = [&](auto then) {
            answer([this, then] {
                running_ = false;
                then();
            });
        };
        const Tell tell = [&](const std::string& words) {
            if (*given_up) throw Cancelled();
            if (!words.empty()) answer([this, words = text(words)] { Q_EMIT piece(words); });
        };
        try {
            tell({});
            const QStringList lines = work(tell);
            end([this, lines] { Q_EMIT finished(lines); });
        } catch (const Cancelled&) {
            end([this] { Q_EMIT cancelled(); });
        } catch (const std::exception& error) {
            end([this, line = text(one_line(error.what()))] { Q_EMIT failed(line); });
        }
    });
}

void CheckpointWork::generate(const CheckpointOf& checkpoint, const QString& prompt,
                              const infer::SamplingOptions& sampling) {
    start([checkpoint, prompt = prompt.toStdString(), sampling](const Tell& tell) {
        const auto trained = opened(checkpoint, true);
        tell({});
        const auto completions = infer::generate(*trained, {infer::prompt_ids(*trained, prompt)}, sampling,
                                                 [&](std::size_t, const std::string& piece) { tell(piece); });
        const infer::Completion& one = completions.front();
        const QString count = tokens_text(static_cast<std::int64_t>(one.ids.size()));
        return QStringList{QString("%1; ended by %2.").arg(count, infer::to_string(one.finish))};
    });
}

void CheckpointWork::score_text(const CheckpointOf& checkpoint, const QString& words) {
    start([checkpoint, words = words.toStdString()](const Tell& tell) {
        const auto trained = opened(checkpoint, false);
        tell({});
        return in_words(infer::score_text(*trained, words));
    });
}

void CheckpointWork::score_file(const CheckpointOf& checkpoint, const std::filesystem::path& file) {
    start([checkpoint, file](const Tell& tell) {
        const auto trained = opened(checkpoint, false);
        tell({});
        return in_words(infer::score_text_file(*trained, file));
    });
}

void CheckpointWork::export_hf(const CheckpointOf& checkpoint, const std::filesystem::path& target,
                               const QString& dtype) {
    start([checkpoint, target, dtype = dtype.toStdString()](const Tell&) {
        interop::hf::ExportOptions options;
        options.dtype = dtype;
        options.step = checkpoint.step;
        std::error_code ignored;  // the export says what is wrong
        std::filesystem::create_directories(target.parent_path(), ignored);
        const interop::hf::Exported exported = interop::hf::export_run(checkpoint.run, target, options);
        QStringList lines{
            QString("Wrote step %1 as %2 to %3: %4, %5.")
                .arg(exported.step)
                .arg(text(exported.architecture), text(target.string()),
                     text(short_bytes(static_cast<double>(exported.bytes))),
                     QString(exported.has_tokenizer ? "with its tokenizer" : "its data have no tokenizer"))};
        for (const std::string& remark : exported.remarks) lines += text(remark);
        return lines;
    });
}

void CheckpointWork::cancel() { *given_up_ = true; }

}  // namespace ablate::ui
