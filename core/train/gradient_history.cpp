#include "core/train/gradient_history.h"

#include "core/base/error.h"
#include "core/io/numbers.h"

#include <utility>

namespace ablate::train {
namespace {

constexpr int kFormat = 1;

std::vector<double> numbers(const Json& list, std::size_t count, const std::string& where) {
    if (!list.is_array() || list.size() != count)
        throw InputError("{}: not a list with a number for each of {} steps", where, count);
    std::vector<double> values;
    values.reserve(count);
    for (const Json& value : list) values.push_back(io::number_from_json(value));
    return values;
}

}  // namespace

void GradientHistory::add(Row row, std::size_t longest) {
    rows.push_back(std::move(row));
    while (rows.size() > longest) rows.pop_front();
}

Json to_json(const GradientHistory& history) {
    Json steps = Json::array(), loss = Json::array(), grad_norm = Json::array(), by_block = Json::array();
    for (const GradientHistory::Row& row : history.rows) {
        steps.push_back(row.step);
        loss.push_back(io::number_to_json(row.loss));
        grad_norm.push_back(io::number_to_json(row.grad_norm));
    }
    for (std::size_t block = 0; block < history.blocks.size(); ++block) {
        Json values = Json::array();
        for (const GradientHistory::Row& row : history.rows) values.push_back(io::number_to_json(row.blocks.at(block)));
        by_block.push_back(std::move(values));
    }
    return {{"format", kFormat},       {"blocks", history.blocks},          {"steps", std::move(steps)},
            {"loss", std::move(loss)}, {"grad_norm", std::move(grad_norm)}, {"block_grad_norm", std::move(by_block)}};
}

GradientHistory gradient_history_from_json(const Json& json, const std::string& where) {
    GradientHistory history;
    try {
        if (json.at("format").get<int>() > kFormat)
            throw InputError("{}: format {} is newer than this program reads ({}); use a newer Ablate", where,
                             json.at("format").get<int>(), kFormat);
        history.blocks = json.at("blocks").get<std::vector<std::string>>();
        const auto steps = json.at("steps").get<std::vector<std::int64_t>>();
        const auto loss = numbers(json.at("loss"), steps.size(), where + ": loss");
        const auto grad_norm = numbers(json.at("grad_norm"), steps.size(), where + ": grad_norm");
        const Json& by_block = json.at("block_grad_norm");
        if (!by_block.is_array() || by_block.size() != history.blocks.size())
            throw InputError("{}: block_grad_norm: not a list for each of {} blocks", where, history.blocks.size());
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (i > 0 && steps[i] <= steps[i - 1]) throw InputError("{}: steps: they do not ascend", where);
            history.rows.push_back({steps[i], loss[i], grad_norm[i], {}});
        }
        for (std::size_t block = 0; block < history.blocks.size(); ++block) {
            const auto values = numbers(by_block[block], steps.size(), where + ": " + history.blocks[block]);
            for (std::size_t i = 0; i < values.size(); ++i) history.rows[i].blocks.push_back(values[i]);
        }
    } catch (const Json::exception& error) {
        throw InputError("{}: {}", where, error.what());
    }
    return history;
}

}  // namespace ablate::train
