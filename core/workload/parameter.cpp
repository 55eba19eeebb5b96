// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/workload/parameter.h"

#include <cassert>

namespace timeslice {

Parameter Parameter::integer(
    std::string id, std::string title, std::string unit, std::string help, std::int64_t defaultValue,
    std::int64_t minimum, std::int64_t maximum)
{
    return {
        .id = std::move(id),
        .title = std::move(title),
        .unit = std::move(unit),
        .help = std::move(help),
        .kind = Kind::Integer,
        .defaultValue = defaultValue,
        .minimum = static_cast<double>(minimum),
        .maximum = static_cast<double>(maximum),
        .choices = {}};
}

Parameter Parameter::real(
    std::string id, std::string title, std::string unit, std::string help, double defaultValue,
    double minimum, double maximum)
{
    return {
        .id = std::move(id),
        .title = std::move(title),
        .unit = std::move(unit),
        .help = std::move(help),
        .kind = Kind::Real,
        .defaultValue = defaultValue,
        .minimum = minimum,
        .maximum = maximum,
        .choices = {}};
}

Parameter Parameter::toggle(std::string id, std::string title, std::string help, bool defaultValue)
{
    return {
        .id = std::move(id),
        .title = std::move(title),
        .unit = {},
        .help = std::move(help),
        .kind = Kind::Toggle,
        .defaultValue = defaultValue,
        .choices = {}};
}

Parameter Parameter::choice(std::string id, std::string title, std::string help, std::vector<Choice> choices)
{
    assert(!choices.empty());
    auto first = choices.front().id;
    return {
        .id = std::move(id),
        .title = std::move(title),
        .unit = {},
        .help = std::move(help),
        .kind = Kind::Choice,
        .defaultValue = std::move(first),
        .choices = std::move(choices)};
}

const ParameterValue *ParameterValues::find(std::string_view id) const
{
    const auto found = m_values.find(id);
    return found == m_values.end() ? nullptr : &found->second;
}

std::int64_t ParameterValues::integer(std::string_view id) const
{
    const auto *const value = find(id);
    assert(value != nullptr && std::holds_alternative<std::int64_t>(*value));
    return std::get<std::int64_t>(*value);
}

double ParameterValues::real(std::string_view id) const
{
    const auto *const value = find(id);
    assert(value != nullptr && std::holds_alternative<double>(*value));
    return std::get<double>(*value);
}

bool ParameterValues::toggle(std::string_view id) const
{
    const auto *const value = find(id);
    assert(value != nullptr && std::holds_alternative<bool>(*value));
    return std::get<bool>(*value);
}

const std::string &ParameterValues::choice(std::string_view id) const
{
    const auto *const value = find(id);
    assert(value != nullptr && std::holds_alternative<std::string>(*value));
    return std::get<std::string>(*value);
}

} // namespace timeslice
