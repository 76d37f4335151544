#include "ui/bridge/folding.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/interop/flashnorm/flashnorm.h"
#include "core/interop/flashnorm/source.h"
#include "core/interop/flashnorm/verify.h"
#include "ui/bridge/text.h"

#include <algorithm>
#include <exception>

namespace ablate::ui {
namespace {

namespace fs = std::filesystem;

struct Cancelled : std::exception {};
using Tell = std::function<void(const QString& what, double share)>;  // throws Cancelled

QString in_words(const interop::FlashNormResult& result) {
    std::size_t projections = 0, missing = 0;
    for (const interop::Fold& fold : result.plan.folds) {
        projections += fold.projections.size();
        missing += fold.missing;
    }
    QString line = QString("%1 norms were folded into %2 projections; they are %3.")
                       .arg(result.plan.folds.size())
                       .arg(projections)
                       .arg(result.strict ? "left out of the files" : "ones now");
    if (missing) line += QString(" %1 were missing and count as ones.").arg(missing);
    if (result.plan.tied) line += " The head is tied to the embedding: the final norm keeps its weight.";
    return line;
}

QString in_words(const interop::LogitGap& gap, const QString& what) {
    return QString("%1, %2: logits differ by %3 at most (the largest is %4), argmax agrees at %5 %, KL %6 nats.")
        .arg(text(gap.precision), what, text(significant(gap.largest_difference)), text(significant(gap.largest_logit)),
             text(fixed(100 * gap.argmax_agreement, 1)), text(significant(gap.kl)));
}

void add(const interop::FlashNormVerification& verification, FoldReport& report) {
    report.verified = true;
    report.exact = verification.exact();
    if (!verification.wrong_tensor.empty())
        report.lines += "As written, " + text(verification.wrong_tensor) + " is not the fold of the source's.";
    report.lines += in_words(verification.fold, "the fold itself");
    for (const interop::LogitGap& gap : verification.written) report.lines += in_words(gap, "the files as written");
    const auto &before = verification.greedy_source, &after = verification.greedy_folded;
    const auto differs = std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first;
    const QString equal = QString::number(differs - before.begin());
    report.lines += differs == before.end() ? "Greedy continuation: the same " + equal + " tokens."
                                            : "Greedy continuation: " + equal + " equal tokens, then others.";
}

FoldReport fold(const FoldRequest& request, const Tell& tell) {
    tell("reading " + request.name, -1);
    const interop::FoldSource source(request.from, request.is_run, request.to, request.step);
    if (request.verify) source.require_known_model();  // before anything is written
    const interop::FlashNormResult result =
        interop::flashnorm(source.folder(), request.to, {request.strict},
                           [&](const std::string& what, double share) { tell(text(what), share); });
    FoldReport report;
    report.lines += in_words(result);
    const auto check = [&] { tell({}, -1); };
    try {
        if (request.verify) {
            const auto say = [&](const std::string& what) { tell(text(what), -1); };
            add(interop::verify_flashnorm(source.folder(), request.to, result.plan, say, check), report);
        }
        check();
    } catch (const Cancelled&) {  // what was written goes again
        std::error_code ignored;
        fs::remove_all(request.to, ignored);
        throw;
    } catch (const std::exception& error) {
        report.unverified = text(one_line(error.what()));
    }
    return report;
}

}  // namespace

Folding::Folding(QObject* parent) : QObject(parent) {}

Folding::~Folding() { cancel(); }

void Folding::start(const FoldRequest& request) {
    running_ = true;
    given_up_ = std::make_shared<std::atomic<bool>>(false);
    worker_.post([this, request, given_up = given_up_] {
        const auto answer = [this](auto then) { QMetaObject::invokeMethod(this, then, Qt::QueuedConnection); };
        const auto end = [&](auto then) {
            answer([this, then] {
                running_ = false;
                then();
            });
        };
        try {
            const FoldReport report = fold(request, [&](const QString& what, double share) {
                if (*given_up) throw Cancelled();
                if (!what.isEmpty()) answer([this, what, share] { Q_EMIT progress(what, share); });
            });
            end([this, report] { Q_EMIT finished(report); });
        } catch (const Cancelled&) {
            end([this] { Q_EMIT cancelled(); });
        } catch (const std::exception& error) {
            end([this, line = text(one_line(error.what()))] { Q_EMIT failed(line); });
        }
    });
}

void Folding::cancel() { *given_up_ = true; }

}  // namespace ablate::ui
