#pragma once
#include <QAbstractTableModel>
#include <vector>

namespace ablate::ui {

// A small table of ready text, updated in place: rows and columns are known by their keys.
class CellsModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum class Tone { usual, muted, strong, danger };
    struct Cell {
        QString text, tip;
        Tone tone = Tone::usual;
        bool number = false;
        QString full = {};  // what is copied, where the text is rounded
        bool operator==(const Cell&) const = default;
    };
    struct Line {
        QString key;
        std::vector<Cell> cells;
        bool operator==(const Line&) const = default;
    };
    enum Role { key = Qt::UserRole + 1 };

    using QAbstractTableModel::QAbstractTableModel;
    void set(const std::vector<Cell>& header, const std::vector<Line>& lines);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    void set_columns(const std::vector<Cell>& header);
    void place(int row, const Line& line);

    std::vector<Cell> header_;
    std::vector<Line> lines_;
};

}  // namespace ablate::ui
