// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/interpreter.h"
#include "core/procfs/topology.h"
#include "core/run/experiment.h"

#include <QFrame>
#include <QStringList>

#include <map>
#include <memory>
#include <string>

class QCheckBox;
class QComboBox;
class QLabel;
class QStackedWidget;
class QVBoxLayout;

namespace timeslice {

class CommandField;
class Disclosure;
class FieldRow;
class NumberField;
class ParameterForm;

/// The left card: everything an experiment consists of, as fields made from the catalogue, and what the
/// chosen parts mean. It knows no lab; whoever shows it takes the value of `experiment`.
///
/// Values of a workload's parameters are kept while another workload is chosen.
class ExperimentPanel : public QFrame {
    Q_OBJECT

public:
    explicit ExperimentPanel(const Machine &machine, QWidget *parent = nullptr);

    /// Puts a valid experiment into the fields.
    void setExperiment(const Experiment &experiment);
    /// What the fields say now, validated. \error Where a field does not fit; the field is marked.
    [[nodiscard]] const Result<Experiment> &experiment() const { return m_experiment; }
    /// The program that is typed, for the model `command`; empty for every other one.
    [[nodiscard]] QStringList command() const;
    /// Why the fields make no experiment, as one sentence; empty when they do.
    [[nodiscard]] QString problem() const;

    /// Which Python interpreters this machine has: models that need another one are greyed out.
    void setInterpreters(std::shared_ptr<const Interpreters> found);

    /// Samples per second that the user asked for; keeps its last valid value.
    [[nodiscard]] double samplingHz() const { return m_samplingHz; }
    void setSamplingHz(double hz);

Q_SIGNALS:
    /// The user changed something, so `experiment` may be another one (or none) now.
    void edited();
    void samplingHzEdited(double hz);

private:
    /// What was set for one workload when another one was chosen.
    struct Remembered {
        ParameterValues params;
        std::uint64_t items = 0;
    };

    void addChoices(QVBoxLayout *column);
    void addLength(QVBoxLayout *column);
    void addAdvanced(QVBoxLayout *column);
    void addExplanations(QVBoxLayout *column, const Machine &machine);

    void chooseWorkload();
    void chooseModel();
    void chooseFirstModel();
    [[nodiscard]] bool isCommand() const;
    void greyOutModels();
    /// Why a model cannot be chosen for the workload, on this machine; nothing when it can.
    [[nodiscard]] std::optional<std::string>
    whyGrey(const std::string &workload, const std::string &model) const;
    [[nodiscard]] Result<void> checkInterpreter(const Experiment &experiment) const;
    void showForms(const ParameterValues &values);
    void explain();
    /// Reads all fields into m_experiment and marks what does not fit.
    void review();
    /// Marks the field that a validation error is about.
    void showProblem(const Error &error);
    [[nodiscard]] std::string workload() const;
    [[nodiscard]] std::string model() const;
    [[nodiscard]] bool endsByItems() const;

    QComboBox *m_workload = nullptr;
    QComboBox *m_model = nullptr;
    CommandField *m_command = nullptr;
    NumberField *m_workers = nullptr;
    QComboBox *m_length = nullptr;
    QStackedWidget *m_lengthValue = nullptr;
    NumberField *m_items = nullptr;
    NumberField *m_seconds = nullptr;
    ParameterForm *m_parameters = nullptr;
    ParameterForm *m_commonParameters = nullptr;
    NumberField *m_seed = nullptr;
    QComboBox *m_pin = nullptr;
    QCheckBox *m_isolate = nullptr;
    NumberField *m_sampling = nullptr;
    Disclosure *m_advanced = nullptr;
    QLabel *m_itemText = nullptr;
    QLabel *m_modelText = nullptr;
    std::map<std::string, FieldRow *, std::less<>> m_rows; ///< By the JSON pointer that errors carry.

    std::shared_ptr<const Interpreters> m_interpreters; ///< nullptr as long as they are not known.
    Result<Experiment> m_experiment;
    QString m_problem;
    double m_samplingHz = 10;
    std::string m_shownWorkload; ///< Whose parameters the form shows.
    unsigned m_workersBefore = 2; ///< Before a model with a single worker was chosen.
    std::map<std::string, Remembered> m_remembered; ///< By workload.
};

} // namespace timeslice
