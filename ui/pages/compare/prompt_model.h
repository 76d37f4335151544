#pragma once
#include "ui/pages/compare/prompt_maker.h"

#include <QAbstractTableModel>
#include <map>

namespace ablate::ui {

// The grid: a row for each prompt (and checkpoint), a column for each variant. Prompts are typed into the first column,
// new ones into its last row.
class PromptModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    struct Variant {
        QString run, title, tip;
        QString refusal;  // not empty: why it continues nothing
        bool operator==(const Variant&) const = default;
    };
    enum class State { none, waiting, making, made, failed };
    struct Cell {
        State state = State::none;
        QString text, end;  // `end`: what ended it
    };

    using QAbstractTableModel::QAbstractTableModel;
    void set_variants(const std::vector<Variant>& variants);  // texts stay
    void set_prompts(const QStringList& prompts);
    void set_steps(const std::vector<std::int64_t>& steps);  // newest first; {-1}: the newest of each
    void set_locked(bool locked) { locked_ = locked; }       // while texts are made, prompts stay as they are
    void forget_texts();
    void await();    // all cells that will get a text
    void give_up();  // what is not made
    void set_cell(const PromptCell& where, Cell cell);
    void grow(const PromptCell& where, const QString& piece);
    void remove_prompt_at(int row);

    const std::vector<Variant>& variants() const { return variants_; }
    const QStringList& prompts() const { return prompts_; }
    const std::vector<std::int64_t>& steps() const { return steps_; }
    Cell cell(int prompt, std::size_t step, std::size_t variant) const;
    bool any_text() const;  // in the cells shown

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  Q_SIGNALS:
    void prompts_changed();

  private:
    int rows_of_prompts() const { return static_cast<int>(prompts_.size() * std::ssize(steps_)); }
    int prompt_of(int row) const { return row / static_cast<int>(steps_.size()); }
    void change_prompt(int prompt, const QString& text);
    void remove_prompt(int prompt);
    QModelIndex place_of(const PromptCell& where) const;
    void tell_changed(const PromptCell& where);
    QVariant prompt_data(int row, int role) const;
    QVariant text_data(int row, int column, int role) const;

    std::vector<Variant> variants_;
    QStringList prompts_;
    std::vector<std::int64_t> steps_{-1};
    std::map<PromptCell, Cell> cells_;
    bool locked_ = false;
};

// The grid as a document: a section a prompt, in it a table of the continuations. `how`: the sampling, in words.
QString as_markdown(const PromptModel& grid, const QString& how);

}  // namespace ablate::ui
