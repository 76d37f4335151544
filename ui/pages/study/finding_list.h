#pragma once
#include "ui/bridge/study_document.h"
#include "ui/pages/study/marks.h"

#include <QAbstractListModel>
#include <QListView>
#include <vector>

class QWidget;

namespace ablate::ui {

// Entries that fields refuse, then what preflight found, the most serious first. Follows each preview in place.
class FindingModel : public QAbstractListModel {
    Q_OBJECT
  public:
    // key: the dotted key of the option it is about, the name of a refused entry that is no option's, or "".
    // mend_count: how many ways there are to mend it.
    enum Role { mark = Qt::UserRole + 1, variant, key, mend_count };  // Mark; QString; see above; int
    using QAbstractListModel::QAbstractListModel;
    void take(const StudyPreviewPtr& preview, const std::map<QString, RefusedEntry>& refused = {});
    const std::vector<study::Mend>& mends(int row) const { return rows_[static_cast<std::size_t>(row)].mends; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

  private:
    struct Row {
        Mark mark = Mark::note;
        QString variant, text, key;
        std::vector<study::Mend> mends = {};
        bool operator==(const Row&) const = default;
    };
    static std::vector<Row> rows_of(const StudyPreview& preview);
    std::vector<Row> rows_;
};

// The option that a finding is about, when its text begins with "POINT.KEY: " or, of the study, with "KEY: ", and the
// rest of the text.
std::pair<QString, QString> option_and_rest(const study::Finding& finding);

// "Layers: must be a whole number, not 7.5."
QString in_words(const RefusedEntry& entry);

// A list whose lines wrap. A line that is clicked, or entered with Return, shows what it is about. Below a line are the
// buttons of what would mend it.
class FindingList : public QListView {
    Q_OBJECT
  public:
    explicit FindingList(QWidget* parent = nullptr);
    FindingModel& findings() { return model_; }

  Q_SIGNALS:
    void chosen(const QString& variant, const QString& key);
    void mend_chosen(const ablate::study::Mend& mend);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    void place_buttons(int first, int last);
    QWidget* buttons_of(const std::vector<study::Mend>& mends);
    FindingModel model_;
};

}  // namespace ablate::ui
