// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experimentpanel.h"

#include "core/model/catalogue.h"
#include "core/workload/catalogue.h"
#include "ui/columnscroll.h"
#include "ui/commandfield.h"
#include "ui/disclosure.h"
#include "ui/fieldrow.h"
#include "ui/format.h"
#include "ui/machinewords.h"
#include "ui/numberfield.h"
#include "ui/parameterform.h"
#include "ui/windowstate.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>

namespace timeslice {

namespace {

constexpr int kCardMargin = 16;
constexpr int kRowGap = 8;
constexpr int kItemsPage = 0;
constexpr int kSecondsPage = 1;

QString text(const std::string &utf8)
{
    return QString::fromStdString(utf8);
}

/// A combo box that neither grows with its longest entry nor changes when the panel is scrolled past it.
class PanelCombo : public QComboBox {
public:
    explicit PanelCombo(QWidget *parent)
        : QComboBox(parent)
    {
        setFocusPolicy(Qt::StrongFocus);
        setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        setMinimumContentsLength(4);
    }

protected:
    void wheelEvent(QWheelEvent *event) override { event->ignore(); }
};

QVBoxLayout *emptyColumn(QWidget *parent, int spacing)
{
    auto *column = new QVBoxLayout(parent);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(spacing);
    return column;
}

} // namespace

ExperimentPanel::ExperimentPanel(const Machine &machine, QWidget *parent)
    : QFrame(parent)
    , m_experiment(fail(ErrorKind::Malformed, "", ""))
{
    setProperty("card", true);
    setAccessibleName(tr("Experiment"));
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, kCardMargin, 0, kRowGap);
    outer->setSpacing(kRowGap);
    auto *title = makeLabel(TextRole::Title, tr("Experiment"), this);
    title->setContentsMargins(kCardMargin, 0, kCardMargin, 0);
    outer->addWidget(title);

    auto *scroll = new ColumnScroll(this);
    scroll->setFocusPolicy(Qt::NoFocus); // its fields are reached instead, and scroll into view
    outer->addWidget(scroll);
    auto *content = new QWidget(scroll);
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(kCardMargin, 0, kCardMargin, 0);
    column->setSpacing(kRowGap);

    addChoices(column);
    addLength(column);
    m_parameters = new ParameterForm(content);
    column->addWidget(m_parameters);
    connect(m_parameters, &ParameterForm::edited, this, &ExperimentPanel::review);
    addAdvanced(column);
    addExplanations(column, machine);
    column->addStretch();

    scroll->setWidget(content);
    // The card shows through.
    scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);

    chooseWorkload();
}

void ExperimentPanel::addChoices(QVBoxLayout *column)
{
    m_workload = new PanelCombo(this);
    for (const WorkloadInfo &info : workloads()) {
        m_workload->addItem(text(info.title), text(info.id));
        m_workload->setItemData(
            m_workload->count() - 1, tr("%1 (%2)").arg(text(info.item), text(info.kind)), Qt::ToolTipRole);
    }
    auto *workloadRow = new FieldRow(tr("&Workload"), m_workload, this);
    workloadRow->setHelp(tr("What one item of work does."));
    m_rows.emplace("/workload", workloadRow);
    column->addWidget(workloadRow);
    connect(m_workload, &QComboBox::activated, this, &ExperimentPanel::chooseWorkload);

    m_model = new PanelCombo(this);
    for (const ModelInfo &info : models())
        m_model->addItem(text(info.title), text(info.id));
    auto *modelRow = new FieldRow(tr("&Model"), m_model, this);
    modelRow->setHelp(tr("How the items are carried out."));
    m_rows.emplace("/model", modelRow);
    column->addWidget(modelRow);
    connect(m_model, &QComboBox::activated, this, &ExperimentPanel::chooseModel);

    m_command = new CommandField(this);
    auto *commandRow = new FieldRow(tr("Pro&gram"), m_command, this);
    commandRow->setHelp(
        tr("A program of yours with its arguments. Spaces separate words; \"double quotes\" keep them\n"
           "together. No shell reads it: no pipes, no wildcards, no variables."));
    m_rows.emplace("command", commandRow);
    column->addWidget(commandRow);
    connect(m_command, &CommandField::edited, this, &ExperimentPanel::review);

    m_workers = new NumberField(NumberField::Kind::Whole, 1, kMaxExperimentWorkers, tr("workers"), this);
    auto *workersRow = new FieldRow(tr("Wor&kers"), m_workers, this);
    workersRow->setHelp(
        tr("How many threads or processes share the items.\nAllowed: %1").arg(m_workers->allowed()));
    m_rows.emplace("/workers", workersRow);
    column->addWidget(workersRow);
    m_workers->setWhole(m_workersBefore);
    connect(m_workers, &NumberField::edited, this, &ExperimentPanel::review);
}

void ExperimentPanel::addLength(QVBoxLayout *column)
{
    auto *pair = new QWidget(this);
    auto *row = new QHBoxLayout(pair);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kRowGap);

    m_length = new PanelCombo(pair);
    m_length->addItem(tr("items done"));
    m_length->addItem(tr("time is up"));
    m_length->setSizeAdjustPolicy(QComboBox::AdjustToContents); // its two choices are never cut
    m_items = new NumberField(NumberField::Kind::Whole, 1, static_cast<double>(kMaxItems), tr("items"), pair);
    m_seconds =
        new NumberField(NumberField::Kind::Real, kMinDurationSeconds, kMaxDurationSeconds, tr("s"), pair);
    m_items->setAccessibleName(tr("Number of items"));
    m_items->setToolTip(tr("How many items the run has in all.\nAllowed: %1").arg(m_items->allowed()));
    m_seconds->setAccessibleName(tr("Duration in seconds"));
    m_seconds->setToolTip(tr("How long the run lasts.\nAllowed: %1").arg(m_seconds->allowed()));
    m_seconds->setReal(8);
    m_lengthValue = new QStackedWidget(pair);
    m_lengthValue->addWidget(m_items);
    m_lengthValue->addWidget(m_seconds);
    m_lengthValue->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    row->addWidget(m_length);
    row->addWidget(m_lengthValue, 1);

    pair->setFocusProxy(m_length);
    auto *lengthRow = new FieldRow(tr("Run &until"), pair, this);
    m_length->setAccessibleName(tr("Run until"));
    m_length->setToolTip(tr("Whether the run ends after a number of items or after a time."));
    m_rows.emplace("/items", lengthRow);
    m_rows.emplace("/duration_s", lengthRow);
    column->addWidget(lengthRow);

    connect(m_length, &QComboBox::activated, this, [this](int page) {
        m_lengthValue->setCurrentIndex(page);
        review();
    });
    connect(m_items, &NumberField::edited, this, &ExperimentPanel::review);
    connect(m_seconds, &NumberField::edited, this, &ExperimentPanel::review);
}

void ExperimentPanel::addAdvanced(QVBoxLayout *column)
{
    auto *content = new QWidget(this);
    auto *inner = emptyColumn(content, kRowGap);
    const auto addRow = [&](const char *pointer, FieldRow *row, const QString &help) {
        row->setHelp(help);
        inner->addWidget(row);
        m_rows.emplace(pointer, row);
    };

    m_pin = new PanelCombo(content);
    m_pin->addItem(tr("no"), static_cast<int>(Pin::None));
    m_pin->addItem(tr("one core each"), static_cast<int>(Pin::Spread));
    m_pin->addItem(tr("all to one core"), static_cast<int>(Pin::One));
    addRow(
        "/pin", new FieldRow(tr("&Pin to cores"), m_pin, content),
        tr("Whether the kernel may move workers between cores, or each is bound to one."));
    connect(m_pin, &QComboBox::activated, this, &ExperimentPanel::review);

    m_isolate = new QCheckBox(tr("&Isolate in a child process"), content);
    m_isolate->setAccessibleName(tr("Isolate in a child process"));
    addRow(
        "/isolate", new FieldRow({}, m_isolate, content),
        tr("Runs the model inside a process of its own, so that it cannot disturb the window."));
    connect(m_isolate, &QCheckBox::clicked, this, &ExperimentPanel::review);

    m_commonParameters = new ParameterForm(content);
    m_commonParameters->setParameters(commonParameters(), {});
    inner->addWidget(m_commonParameters);
    connect(m_commonParameters, &ParameterForm::edited, this, &ExperimentPanel::review);

    m_seed = new NumberField(NumberField::Kind::Whole, 0, static_cast<double>(kMaxSeed), {}, content);
    m_seed->setWhole(1);
    addRow(
        "/seed", new FieldRow(tr("&Seed"), m_seed, content),
        tr("The same seed gives the same items and the same checksum, under every model."));
    connect(m_seed, &NumberField::edited, this, &ExperimentPanel::review);

    m_sampling = new NumberField(
        NumberField::Kind::Real, WindowState::kMinSamplingHz, WindowState::kMaxSamplingHz, tr("per second"),
        content);
    m_sampling->setReal(m_samplingHz);
    auto *samplingRow = new FieldRow(tr("Samp&les"), m_sampling, content);
    addRow("", samplingRow, tr("How often the machine is looked at. More samples cost more of a core."));
    connect(m_sampling, &NumberField::edited, this, [this, samplingRow] {
        samplingRow->setProblem(m_sampling->problem());
        if (const auto hz = m_sampling->real()) {
            m_samplingHz = *hz;
            Q_EMIT samplingHzEdited(*hz);
        }
    });

    m_advanced = new Disclosure(tr("Advanced"), content, this);
    column->addWidget(m_advanced);
}

void ExperimentPanel::addExplanations(QVBoxLayout *column, const Machine &machine)
{
    column->addWidget(makeHairline(this));
    const auto addPart = [&](const QString &title, const QString &content) {
        auto *part = new QWidget(this);
        auto *inner = emptyColumn(part, kRowGap / 4);
        inner->addWidget(makeLabel(TextRole::Quiet, title, part));
        auto *label = makeLabel(TextRole::Plain, content, part);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        inner->addWidget(label);
        column->addWidget(part);
        return label;
    };
    m_itemText = addPart(tr("What an item is"), {});
    m_modelText = addPart(tr("How it is carried out"), {});
    addPart(tr("Runs on"), machineInWords(machine));
}

std::string ExperimentPanel::workload() const
{
    return m_workload->currentData().toString().toStdString();
}

std::string ExperimentPanel::model() const
{
    return m_model->currentData().toString().toStdString();
}

bool ExperimentPanel::endsByItems() const
{
    return m_length->currentIndex() == kItemsPage;
}

void ExperimentPanel::chooseWorkload()
{
    if (!m_shownWorkload.empty()) {
        Remembered &before = m_remembered[m_shownWorkload];
        m_parameters->collect(before.params);
        before.items = static_cast<std::uint64_t>(m_items->whole().value_or(0));
    }
    m_shownWorkload = workload();
    const WorkloadInfo *info = findWorkload(m_shownWorkload);
    const Remembered &now = m_remembered[m_shownWorkload];
    m_items->setWhole(static_cast<std::int64_t>(now.items > 0 ? now.items : info ? info->defaultItems : 1));
    greyOutModels();
    if (whyNot(m_shownWorkload, model()))
        chooseFirstModel();
    m_rows.find("command")->second->setVisible(isCommand());
    showForms(now.params);
    chooseModel();
}

// The first that several workers can share, or else the first at all.
void ExperimentPanel::chooseFirstModel()
{
    const auto isPossible = [this](const ModelInfo &info) { return !whyGrey(m_shownWorkload, info.id); };
    const auto all = models();
    auto found = std::ranges::find_if(
        all, [&](const ModelInfo &info) { return isPossible(info) && !info.singleWorker; });
    if (found == all.end())
        found = std::ranges::find_if(all, isPossible);
    if (found != all.end())
        m_model->setCurrentIndex(m_model->findData(text(found->id)));
}

bool ExperimentPanel::isCommand() const
{
    return workload() == kOwnProgram;
}

QStringList ExperimentPanel::command() const
{
    return isCommand() ? m_command->command() : QStringList();
}

void ExperimentPanel::chooseModel()
{
    const ModelInfo *info = findModel(model());
    const bool single = info && info->singleWorker;
    if (single && m_workers->isEnabled()) {
        m_workersBefore = static_cast<unsigned>(m_workers->whole().value_or(m_workersBefore));
        m_workers->setWhole(1);
    } else if (!single && !m_workers->isEnabled()) {
        m_workers->setWhole(m_workersBefore);
    }
    m_workers->setEnabled(!single);
    m_rows.find("/workers")
        ->second->setHelp(
            single ? tr("This model has exactly one worker.")
                   : tr("How many threads or processes share the items.\nAllowed: %1")
                         .arg(m_workers->allowed()));

    const bool alwaysChild = needsChildHost(workload(), model());
    m_isolate->setEnabled(!alwaysChild);
    if (alwaysChild)
        m_isolate->setChecked(false);

    ParameterValues typed;
    m_parameters->collect(typed);
    showForms(typed);
    explain();
    review();
}

void ExperimentPanel::greyOutModels()
{
    auto *items = qobject_cast<QStandardItemModel *>(m_model->model());
    for (int i = 0; items && i < m_model->count(); ++i) {
        const std::string id = m_model->itemData(i).toString().toStdString();
        const auto reason = whyGrey(workload(), id);
        QStandardItem *item = items->item(i);
        item->setEnabled(!reason);
        const ModelInfo *info = findModel(id);
        item->setToolTip(reason ? text(*reason) : info ? text(info->help) : QString());
    }
}

std::optional<std::string>
ExperimentPanel::whyGrey(const std::string &workload, const std::string &model) const
{
    if (auto reason = whyNot(workload, model))
        return reason;
    return m_interpreters ? whyUnavailable(*findModel(model), *m_interpreters) : std::nullopt;
}

void ExperimentPanel::setInterpreters(std::shared_ptr<const Interpreters> found)
{
    m_interpreters = std::move(found);
    greyOutModels();
    explain();
    review();
}

// Where the model's own form can say it: the model, or else the interpreter that was asked for.
Result<void> ExperimentPanel::checkInterpreter(const Experiment &experiment) const
{
    const ModelInfo &info = *findModel(experiment.model);
    if (!m_interpreters || !needsInterpreter(experiment))
        return {};
    if (const auto reason = whyUnavailable(info, *m_interpreters))
        return fail(ErrorKind::Unsupported, "/model", *reason);
    const auto chosen = chooseInterpreter(experiment, *m_interpreters);
    if (!chosen)
        return fail(
            ErrorKind::Unsupported, info.interpreter ? "/params/interpreter" : "/workload",
            chosen.error().what);
    return {};
}

void ExperimentPanel::showForms(const ParameterValues &values)
{
    std::vector<Parameter> own = parametersOf(workload(), model());
    std::erase_if(own, [](const Parameter &parameter) {
        return std::ranges::find(commonParameters(), parameter.id, &Parameter::id)
            != commonParameters().end();
    });
    m_parameters->setParameters(own, values);
    m_parameters->setVisible(!m_parameters->isEmpty());
}

void ExperimentPanel::explain()
{
    if (const WorkloadInfo *info = findWorkload(workload()))
        m_itemText->setText(text(info->item));
    const ModelInfo *info = findModel(model());
    if (!info)
        return;
    QString help = text(info->help);
    if (!info->pythonName.empty())
        help += tr(" Python calls it %1.").arg(text(info->pythonName));
    // A tooltip on a greyed entry is out of reach for the keyboard, so the reasons also stand here.
    std::map<QString, QStringList> notHere; // several models lack the same interpreter
    for (const ModelInfo &other : models()) {
        if (isCommand() || other.id == kOwnProgram)
            continue; // that a program is no workload for models, and a workload no program, explains itself
        if (const auto reason = whyNot(workload(), other.id))
            help += tr("\nNot with this workload: %1 (%2).").arg(text(other.title), text(*reason));
        else if (const auto here = whyGrey(workload(), other.id))
            notHere[text(*here)].append(text(other.title));
    }
    for (const auto &[reason, titles] : notHere)
        help += tr("\nNot on this machine: %1 (%2).").arg(titles.join(QLatin1String("; ")), reason);
    m_modelText->setText(help);
}

void ExperimentPanel::setExperiment(const Experiment &experiment)
{
    const int workloadIndex = m_workload->findData(text(experiment.workload));
    const int modelIndex = m_model->findData(text(experiment.model));
    if (workloadIndex < 0 || modelIndex < 0)
        return; // not of this catalogue, so not a valid experiment
    const QSignalBlocker quiet(this);
    m_workload->setCurrentIndex(workloadIndex);
    m_model->setCurrentIndex(modelIndex);
    chooseWorkload();
    if (m_workers->isEnabled())
        m_workers->setWhole(experiment.workers);
    m_length->setCurrentIndex(experiment.durationSeconds ? kSecondsPage : kItemsPage);
    m_lengthValue->setCurrentIndex(m_length->currentIndex());
    if (experiment.items)
        m_items->setWhole(static_cast<std::int64_t>(*experiment.items));
    if (experiment.durationSeconds)
        m_seconds->setReal(*experiment.durationSeconds);
    m_pin->setCurrentIndex(std::max(0, m_pin->findData(static_cast<int>(experiment.pin))));
    m_isolate->setChecked(experiment.isolate && m_isolate->isEnabled());
    m_seed->setWhole(static_cast<std::int64_t>(experiment.seed));
    m_parameters->setValues(experiment.params);
    m_commonParameters->setValues(experiment.params);
    review();
}

void ExperimentPanel::setSamplingHz(double hz)
{
    m_samplingHz = hz;
    m_sampling->setReal(hz);
}

QString ExperimentPanel::problem() const
{
    return m_problem;
}

void ExperimentPanel::review()
{
    m_problem.clear();
    for (const auto &[pointer, row] : m_rows) {
        if (!pointer.empty()) // the sampling rate is not part of the experiment
            row->setProblem({});
    }
    const auto check = [this](const NumberField *field, const char *pointer, const QString &title) {
        if (const QString problem = field->problem(); !problem.isEmpty()) {
            m_rows.find(pointer)->second->setProblem(problem);
            if (m_problem.isEmpty())
                m_problem = tr("%1: %2").arg(title, problem);
        }
    };
    if (isCommand() && command().isEmpty())
        m_problem = tr("Type the program that is to be run.");
    if (m_workers->isEnabled())
        check(m_workers, "/workers", tr("Workers"));
    if (endsByItems())
        check(m_items, "/items", tr("Run until"));
    else
        check(m_seconds, "/duration_s", tr("Run until"));
    check(m_seed, "/seed", tr("Seed"));
    for (const ParameterForm *form : {m_parameters, m_commonParameters}) {
        if (m_problem.isEmpty())
            m_problem = form->problem();
    }
    if (!m_seed->problem().isEmpty() || !m_commonParameters->problem().isEmpty())
        m_advanced->setOpen(true); // a problem is never hidden

    if (!m_problem.isEmpty()) {
        m_experiment = fail(ErrorKind::Malformed, "", m_problem.toStdString());
    } else {
        Experiment experiment;
        experiment.workload = workload();
        experiment.model = model();
        experiment.workers = static_cast<unsigned>(m_workers->whole().value_or(1));
        if (endsByItems())
            experiment.items = static_cast<std::uint64_t>(m_items->whole().value_or(1));
        else
            experiment.durationSeconds = m_seconds->real();
        experiment.pin = static_cast<Pin>(m_pin->currentData().toInt());
        experiment.isolate = m_isolate->isChecked();
        experiment.seed = static_cast<std::uint64_t>(m_seed->whole().value_or(1));
        m_parameters->collect(experiment.params);
        m_commonParameters->collect(experiment.params);
        m_experiment = validated(std::move(experiment));
        if (m_experiment) {
            if (const auto checked = checkInterpreter(*m_experiment); !checked)
                m_experiment = std::unexpected(checked.error());
        }
        if (!m_experiment)
            showProblem(m_experiment.error());
    }
    Q_EMIT edited();
}

void ExperimentPanel::showProblem(const Error &error)
{
    const QString words = describeForPeople(error);
    m_problem = words;
    constexpr std::string_view kParams = "/params/";
    if (error.where.starts_with(kParams)) {
        const std::string_view id = std::string_view(error.where).substr(kParams.size());
        if (m_parameters->showProblem(id, text(error.what)))
            return;
        m_advanced->setOpen(m_commonParameters->showProblem(id, text(error.what)) || m_advanced->isOpen());
        return;
    }
    if (const auto row = m_rows.find(error.where); row != m_rows.end())
        row->second->setProblem(text(error.what));
}

} // namespace timeslice
