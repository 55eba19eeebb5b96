// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/timelinecardtest.h"

#include <QFile>
#include <QTemporaryDir>
#include <QXmlStreamReader>

#include <functional>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

class TestTimelinePicture : public TimelineCardTest {
    Q_OBJECT

private Q_SLOTS:
    void picturesAreComplete();
    void svgIsWellFormedAndEscaped();
    void picturesShowTheLanesOfTheScreen();
    void picturesThatCannotBeSavedSayWhy();
};

void TestTimelinePicture::picturesAreComplete()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    const auto captioned = picture({1200, 640}, 2, u"primes, 2 workers"_s);
    QCOMPARE(captioned.size(), QSize(1200, 640));
    const auto plainPicture = picture({1200, 640}, 2);
    QVERIFY(captioned != plainPicture); // the caption
    m_card->setSelection(std::nullopt);
    QVERIFY(picture({1200, 640}, 2) != plainPicture);
    QVERIFY(picture({}, 2).isNull());
    QCOMPARE(picture({1, 1}, 1).size(), QSize(1, 1));
    QCOMPARE(picture({600, 320}, 1).size(), QSize(600, 320));
}

void TestTimelinePicture::svgIsWellFormedAndEscaped()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    QTemporaryDir directory;
    const auto path = directory.filePath(u"t.SVG"_s);
    QVERIFY(m_card->savePicture(path, {900, 420}, 1, u"<workers> & \"more\""_s));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto bytes = file.readAll();
    QXmlStreamReader xml(bytes);
    QString described;
    int shapes = 0;
    while (!xml.atEnd()) {
        xml.readNext();
        if (!xml.isStartElement())
            continue;
        if (xml.name() == u"desc")
            described = xml.readElementText();
        else
            shapes += xml.name() == u"rect" || xml.name() == u"path" || xml.name() == u"polyline" ? 1 : 0;
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QCOMPARE(described, u"<workers> & \"more\""_s);
    QVERIFY(shapes > 20);
    QVERIFY(!bytes.contains("<image")); // patterns are drawn as lines
    QVERIFY(bytes.contains("worker 0"));
}

// Of lanes that are more than there is room for, those that are scrolled to.
void TestTimelinePicture::picturesShowTheLanesOfTheScreen()
{
    TraceScript script;
    script.name(0, 1000, "prog").end(1000, 0, 2, SwitchKind::Out);
    std::vector<TaskLabel> labels;
    for (int i = 0; i < 100; ++i) {
        script.fork(1, 1001 + i, 1000)
            .run(1001 + i, 0, 10 + static_cast<std::uint64_t>(i), 11 + static_cast<std::uint64_t>(i));
        labels.push_back({1001 + i, i, u"worker %1"_s.arg(i)});
    }
    m_card->setLabels(labels);
    m_card->showView(script.view(200));
    m_card->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_card.get()));
    const auto textOfSvg = [this] {
        const QTemporaryDir directory;
        const auto path = directory.filePath(u"t.svg"_s);
        if (!m_card->savePicture(path, m_card->size(), 1))
            return QString();
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    };
    QVERIFY(textOfSvg().contains(u">worker 0<"_s));
    QVERIFY(!textOfSvg().contains(u">worker 99<"_s));
    turnWheel(*m_canvas, {5, 100}, {0, -12'000});
    QVERIFY(!rowNames().contains(u"worker 0"_s));
    const auto &rows = m_canvas->drawList().rows;
    const auto last = std::find_if(rows.rbegin(), rows.rend(), std::mem_fn(&DrawRow::isNamed));
    QVERIFY(last != rows.rend());
    QVERIFY(!textOfSvg().contains(u">worker 0<"_s));
    QVERIFY(textOfSvg().contains(u'>' + last->name + u'<'));
}

void TestTimelinePicture::picturesThatCannotBeSavedSayWhy()
{
    showWorkers();
    for (const auto &path : {u"/nowhere/at/all.png"_s, u"/nowhere/at/all.svg"_s}) {
        const auto saved = m_card->savePicture(path, {600, 320}, 1);
        QVERIFY(!saved);
        QVERIFY(saved.error().where.find("/nowhere") != std::string::npos);
    }
    const auto full = m_card->savePicture(u"/dev/full"_s, {600, 320}, 1);
    QVERIFY(!full);
}

QTEST_MAIN(TestTimelinePicture)
#include "tst_timelinepicture.moc"
