// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/record/commandtext.h"

#include <QProcess>

#include <algorithm>

namespace timeslice {

QString commandText(const QStringList &command)
{
    constexpr QLatin1String kPlain("%+,-./:=@_");
    QStringList words;
    for (auto word : command) {
        const bool isPlain = !word.isEmpty() && std::ranges::all_of(word, [&](QChar c) {
            return (c.unicode() < 0x80 && c.isLetterOrNumber()) || kPlain.contains(c);
        });
        if (!isPlain)
            word = u'\'' + word.replace(u'\'', QLatin1String("'\\''")) + u'\'';
        words << word;
    }
    return words.join(u' ');
}

QStringList commandWords(const QString &line)
{
    return QProcess::splitCommand(line);
}

} // namespace timeslice
