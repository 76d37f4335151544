#pragma once
#include "ui/window/palette_ranking.h"

#include <QAbstractListModel>
#include <QDialog>
#include <functional>
#include <vector>

class QLabel;
class QLineEdit;
class QListView;

namespace ablate::ui {

struct PaletteEntry {
    QString kind;   // "Page", "Action", "Option", "Study", "Run"
    QString title;  // plain text
    QString words;  // what it is found by besides: a key, a description
    QString keys;   // its shortcut; "" for none
    std::function<void()> act;
};

// The entries that answer what is typed, the best first.
class PaletteModel : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { kind = Qt::UserRole + 1, keys };
    using QAbstractListModel::QAbstractListModel;
    void add(std::vector<PaletteEntry> entries);
    void filter(const QString& needle);
    const PaletteEntry& entry(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

  private:
    std::vector<PaletteEntry> entries_;
    std::vector<PaletteText> texts_;  // of each
    QString needle_;
    std::vector<int> order_;
};

// One field that finds options, studies, runs, pages and actions. Up and Down choose, Return goes there, Escape closes.
class CommandPalette : public QDialog {
    Q_OBJECT
  public:
    explicit CommandPalette(QWidget* parent);
    void add(std::vector<PaletteEntry> entries);  // below those that are there, which stay chosen
    QLineEdit& search() { return *search_; }
    QListView& list() { return *list_; }

  protected:
    bool eventFilter(QObject* object, QEvent* event) override;

  private:
    void filter();
    void go(const QModelIndex& index);
    void choose(int row);

    PaletteModel model_;
    QLineEdit* search_;
    QListView* list_;
    QLabel* nothing_found_;
};

}  // namespace ablate::ui
