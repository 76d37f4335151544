#include "core/interop/flashnorm/model_card.h"

#include "core/base/error.h"
#include "core/base/version.h"

#include <algorithm>

namespace ablate::interop {

namespace {

std::string code(std::string_view text) {
    std::string plain = one_line(text);
    std::erase(plain, '`');
    return "`" + plain + "`";
}

std::string code_list(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + code(name);
    return list;
}

std::string folded_table(const std::vector<Fold>& folds) {
    std::string table = "| norm weight | folded into |\n| --- | --- |\n";
    for (const Fold& fold : folds)
        table += fmt::format("| {}{} | {} |\n", code(fold.norm), fold.missing ? " (absent, counts as ones)" : "",
                             code_list(fold.projections));
    return table;
}

const char* about_folded_norms(bool strict) {
    return strict
               ? "The folded norm weights are left out of the files. Transformers loads them with a warning that "
                 "they are missing and\nsets them to ones, which is right; other programs may refuse the checkpoint.\n"
               : "The folded norm weights are still in the files, as ones (F32): the checkpoint loads wherever its "
                 "source does.\n";
}

}  // namespace

std::string flashnorm_card(std::string_view source_name, const FlashNormResult& result) {
    const FoldPlan& plan = result.plan;
    std::string card = "---\nlibrary_name: transformers\ntags:\n- flashnorm\n---\n";
    card += fmt::format("# FlashNorm of {}\n\n", code(source_name));
    card +=
        "The weights of the RMSNorms are folded into the linear layers that follow, `W <- W diag(g)` "
        "([FlashNorm](https://arxiv.org/abs/2407.09577)).\nThe model computes the same function; folded weights are "
        "rounded once more to their dtype.\n\n";
    card += fmt::format("- Architecture: {}, {} layers, {} head\n", code(plan.model_type), plan.layers,
                        plan.tied ? "tied" : "untied");
    card += fmt::format(
        "- Made by Ablate {} from the weights alone; configuration and tokenizer are the source's files\n", kVersion);
    card += "- License: that of the source model\n\n";
    card += about_folded_norms(result.strict);
    if (plan.tied)
        card +=
            "The final norm keeps its weight: the head is the embedding too, and folding would change what is read "
            "in.\n";
    card += "Norms of queries and keys, embeddings, biases and all other tensors are unchanged.\n\n";
    card += "## What was folded\n\n" + folded_table(plan.folds);
    card += "\n## Files\n\n| file | tensors | sha256 |\n| --- | --- | --- |\n";
    for (const WrittenFile& file : result.weights)
        card += fmt::format("| {} | {} | {} |\n", code(file.name), file.tensors, code(file.sha256));
    return card;
}

}  // namespace ablate::interop
