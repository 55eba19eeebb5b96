// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/timelinecardtest.h"

#include <QFile>
#include <QTemporaryDir>
#include <QXmlStreamReader>

using namespace timeslice;
using namespace timeslice::testing;
using namespace Qt::StringLiterals;

class TestTimelinePicture : public TimelineCardTest {
    Q_OBJECT

private Q_SLOTS:
    void picturesAreComplete();
    void svgIsWellFormedAndEscaped();
    void picturesThatCannotBeSavedSayWhy();
};

void TestTimelinePicture::picturesAreComplete()
{
    showWorkers();
    m_card->setSelection(TraceScript::span(10, 50));
    const auto picture = m_card->picture({1200, 640}, 2, u"primes, 2 workers"_s);
    QCOMPARE(picture.size(), QSize(1200, 640));
    const auto plainPicture = m_card->picture({1200, 640}, 2);
    QVERIFY(picture != plainPicture); // the caption
    m_card->setSelection(std::nullopt);
    QVERIFY(m_card->picture({1200, 640}, 2) != plainPicture);
    QVERIFY(m_card->picture({}, 2).isNull());
    QCOMPARE(m_card->picture({1, 1}, 1).size(), QSize(1, 1));
    QTemporaryDir directory;
    const auto path = directory.filePath(u"t.png"_s);
    QVERIFY(m_card->savePicture(path, {600, 320}, 1));
    QCOMPARE(QImage(path).size(), QSize(600, 320));
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
