#pragma once
#include <QSortFilterProxyModel>
#include <vector>

namespace ablate::ui {

class RunsModel;

// Words to look for in a run. "tag:keep" looks at the tags alone, as "study:", "variant:" and "state:" do at theirs;
// any other word at all of these, the grid point, the seed and the id. A run must have every word.
struct RunQuery {
    struct Word {
        enum class Where { anywhere, study, variant, tag, state } where = Where::anywhere;
        QString text;
    };
    std::vector<Word> words;
    static RunQuery parse(const QString& text);
};

// RunsModel as the table shows it: the newest study first, what cannot be read last, and a study's older settings after
// its other runs. The runs below a heading are sorted by the column chosen. Missing values come after the others,
// whichever way they are sorted.
class RunsFilter : public QSortFilterProxyModel {
    Q_OBJECT
  public:
    explicit RunsFilter(QObject* parent = nullptr);
    void set_query(const QString& text);
    bool has_query() const { return !query_.words.empty(); }
    QStringList ids() const;  // of the runs it lets through, in order

  Q_SIGNALS:
    void query_changed();

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

  private:
    void add_ids(const QModelIndex& heading, QStringList& ids) const;

    RunQuery query_;
};

// Of a filter that lets no run through: what it is, and which of its words no run has.
QString why_none_matches(RunsModel& model, const QString& filter);

}  // namespace ablate::ui
