// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/parameterform.h"

#include "ui/fieldrow.h"
#include "ui/numberfield.h"

#include <QCheckBox>
#include <QComboBox>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace timeslice {

namespace {

constexpr int kRowGap = 8;

bool isSame(const Parameter &a, const Parameter &b)
{
    const auto choiceIds = [](const Parameter &p) {
        std::vector<std::string> ids;
        for (const Parameter::Choice &choice : p.choices)
            ids.push_back(choice.id);
        return ids;
    };
    return a.id == b.id && a.kind == b.kind && a.title == b.title && a.unit == b.unit
        && a.minimum == b.minimum && a.maximum == b.maximum && choiceIds(a) == choiceIds(b);
}

} // namespace

/// One parameter's row; exactly one of the three editors exists, by the parameter's kind.
struct ParameterForm::Field {
    Parameter parameter;
    FieldRow *row = nullptr;
    NumberField *number = nullptr;
    QCheckBox *toggle = nullptr;
    QComboBox *choice = nullptr;

    void set(const ParameterValue &value) const
    {
        if (const auto *whole = std::get_if<std::int64_t>(&value); whole && number)
            number->setWhole(*whole);
        else if (const auto *real = std::get_if<double>(&value); real && number)
            number->setReal(*real);
        else if (const auto *on = std::get_if<bool>(&value); on && toggle)
            toggle->setChecked(*on);
        else if (const auto *id = std::get_if<std::string>(&value); id && choice)
            choice->setCurrentIndex(std::max(0, choice->findData(QString::fromStdString(*id))));
        row->setProblem(problem());
    }

    [[nodiscard]] QString problem() const { return number ? number->problem() : QString(); }

    [[nodiscard]] std::optional<ParameterValue> value() const
    {
        if (toggle)
            return toggle->isChecked();
        if (choice)
            return choice->currentData().toString().toStdString();
        if (parameter.kind == Parameter::Kind::Integer) {
            const auto whole = number->whole();
            return whole ? std::optional<ParameterValue>(*whole) : std::nullopt;
        }
        const auto real = number->real();
        return real ? std::optional<ParameterValue>(*real) : std::nullopt;
    }
};

ParameterForm::ParameterForm(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(kRowGap);
}

ParameterForm::~ParameterForm() = default;

std::unique_ptr<ParameterForm::Field> ParameterForm::makeField(const Parameter &parameter)
{
    auto field = std::make_unique<Field>();
    field->parameter = parameter;
    // Titles come from the catalogue; an ampersand in one is text, not a mnemonic.
    const QString title =
        QString::fromStdString(parameter.title).replace(QLatin1Char('&'), QLatin1String("&&"));
    const QString unit = QString::fromStdString(parameter.unit);
    Field *const self = field.get();

    switch (parameter.kind) {
    case Parameter::Kind::Integer:
    case Parameter::Kind::Real: {
        const auto kind =
            parameter.kind == Parameter::Kind::Integer ? NumberField::Kind::Whole : NumberField::Kind::Real;
        field->number = new NumberField(kind, parameter.minimum, parameter.maximum, unit);
        field->row = new FieldRow(title, field->number, this);
        connect(field->number, &NumberField::edited, this, [this, self] { fieldEdited(*self); });
        field->row->setHelp(
            tr("%1\nAllowed: %2").arg(QString::fromStdString(parameter.help), field->number->allowed()));
        break;
    }
    case Parameter::Kind::Toggle:
        field->toggle = new QCheckBox(title);
        field->toggle->setAccessibleName(QString::fromStdString(parameter.title));
        field->row = new FieldRow({}, field->toggle, this);
        connect(field->toggle, &QCheckBox::clicked, this, [this, self] { fieldEdited(*self); });
        field->row->setHelp(QString::fromStdString(parameter.help));
        break;
    case Parameter::Kind::Choice:
        field->choice = new QComboBox;
        for (const Parameter::Choice &choice : parameter.choices)
            field->choice->addItem(QString::fromStdString(choice.title), QString::fromStdString(choice.id));
        field->choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        field->row = new FieldRow(title, field->choice, this);
        connect(field->choice, &QComboBox::activated, this, [this, self] { fieldEdited(*self); });
        field->row->setHelp(QString::fromStdString(parameter.help));
        break;
    }
    field->row->setObjectName(QString::fromStdString("parameter_" + parameter.id));
    return field;
}

void ParameterForm::setParameters(const std::vector<Parameter> &parameters, const ParameterValues &values)
{
    auto old = std::exchange(m_fields, {});
    for (const Parameter &parameter : parameters) {
        const auto kept = std::ranges::find_if(
            old, [&parameter](const auto &field) { return field && isSame(field->parameter, parameter); });
        const bool isNew = kept == old.end();
        auto field = isNew ? makeField(parameter) : std::move(*kept);
        if (isNew) {
            field->set(parameter.defaultValue);
            if (const ParameterValue *value = values.find(parameter.id);
                value && value->index() == parameter.defaultValue.index()) {
                field->set(*value);
            }
        }
        m_layout->removeWidget(field->row);
        m_layout->addWidget(field->row);
        m_fields.push_back(std::move(field));
    }
    for (const auto &field : old) {
        if (field)
            delete field->row;
    }
    // The order on the screen is the order of the Tab key, also after rows were kept.
    for (std::size_t i = 1; i < m_fields.size(); ++i) {
        const auto editor = [](const Field &field) -> QWidget * {
            return field.number ? static_cast<QWidget *>(field.number)
                : field.toggle  ? static_cast<QWidget *>(field.toggle)
                                : field.choice;
        };
        QWidget::setTabOrder(editor(*m_fields[i - 1]), editor(*m_fields[i]));
    }
}

void ParameterForm::setValues(const ParameterValues &values)
{
    for (const auto &field : m_fields) {
        if (const ParameterValue *value = values.find(field->parameter.id))
            field->set(*value);
    }
}

void ParameterForm::collect(ParameterValues &values) const
{
    for (const auto &field : m_fields) {
        if (auto value = field->value())
            values.set(field->parameter.id, *std::move(value));
    }
}

QString ParameterForm::problem() const
{
    for (const auto &field : m_fields) {
        if (const QString problem = field->problem(); !problem.isEmpty())
            return tr("%1: %2").arg(QString::fromStdString(field->parameter.title), problem);
    }
    return {};
}

bool ParameterForm::showProblem(std::string_view id, const QString &text)
{
    const auto found =
        std::ranges::find_if(m_fields, [id](const auto &field) { return field->parameter.id == id; });
    if (found == m_fields.end())
        return false;
    (*found)->row->setProblem(text);
    return true;
}

void ParameterForm::fieldEdited(Field &field)
{
    field.row->setProblem(field.problem());
    Q_EMIT edited();
}

} // namespace timeslice
