"""Files of answers: every tolerable way to write them gives the same, every wrong one is told where and why."""

import gzip
import json
import os
import threading
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from pathways.diagnostics.calibrating import csv_files, partitions
from pathways.diagnostics.calibrating.document import document_of
from pathways.diagnostics.calibrating.document import written as written_document
from pathways.diagnostics.calibrating.fitting import Task, fit
from pathways.diagnostics.calibrating.partitions import kept
from pathways.diagnostics.calibrating.reading import read
from pathways.diagnostics.engine import ANSWERS
from pathways.diagnostics.simulating.problems import WrongFile
from tests.diagnostics.calibrating.collected import HEADER, ordinary, rows_of, write_long, write_wide

CELLS = ordinary(60, 6)
ROWS = rows_of(CELLS)


def fitted(path, **more):
    return fit(Task(path, "2pl", **more), lambda _: None)


def parameters(path):
    found = fitted(path)
    return dict(zip(found.bound.codes, found.model.layout.unpacked(found.parameters)[0].tolist(), strict=True))


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return parameters(write_long(tmp_path_factory.mktemp("usual") / "long.csv", ROWS))


def same(found, usual):
    return found.keys() == usual.keys() and all(found[code] == pytest.approx(usual[code], abs=1e-6) for code in usual)


@pytest.mark.parametrize("separator", [";", "\t", ","])
@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("quoting", [0, 1])
def test_separators_quotes_and_line_ends_do_not_matter(tmp_path, usual, separator, ending, quoting):
    path = write_long(tmp_path / "a.csv", ROWS, delimiter=separator, lineterminator=ending, quoting=quoting)
    assert same(parameters(path), usual)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_of_encoding_do_not_matter(tmp_path, usual, encoding):
    path = write_long(tmp_path / "a.csv", ROWS)
    path.write_text(path.read_text("utf-8"), encoding)
    assert same(parameters(path), usual)


@contextmanager
def piped(tmp_path, content):
    """What ``/dev/stdin`` or the shell's ``<(...)`` is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    yield pipe
    writer.join()
    pipe.unlink()


def test_answers_may_come_through_a_pipe(tmp_path, usual):
    plain = write_long(tmp_path / "a.csv", ROWS)
    with piped(tmp_path, plain.read_bytes()) as pipe:
        assert same(parameters(pipe), usual)
    parquet.write_table(pa.table({name: [row[n] for row in ROWS] for n, name in enumerate(HEADER)}), plain)
    with piped(tmp_path, plain.read_bytes()) as pipe:
        assert same(parameters(pipe), usual)
    with piped(tmp_path, b"learner,item,outcome\na,q,?\n") as pipe:
        error = told(pipe)
    assert (error.file, error.problems[0][0]) == (str(tmp_path / "pipe"), "ligne 2")


@pytest.mark.parametrize(("line", "separator"), [("sep=;", ";"), ('"sep=,"', ","), ("SEP=|", "|"), ("sep=\t", "\t")])
def test_a_line_that_tells_the_separator_is_no_head(tmp_path, usual, line, separator):
    path = write_long(tmp_path / "a.csv", ROWS, delimiter=separator)
    path.write_text(f"{line}\r\n{path.read_text('utf-8')}", "utf-8-sig")
    assert same(parameters(path), usual)
    path.write_text(path.read_text("utf-8-sig").replace("incorrect", "?", 1), "utf-8")
    first_wrong = next(place for place, row in enumerate(ROWS, 3) if row[2] == "incorrect")
    assert told(path).problems[0][0] == f"ligne {first_wrong}"


def test_order_of_columns_blank_lines_capitals_and_other_columns_do_not_matter(tmp_path, usual):
    rows = [("x", outcome.upper(), f" {item} ", learner) for learner, item, outcome in ROWS]
    path = write_long(
        tmp_path / "a.csv", [*rows[:7], (), *rows[7:], ("", "", "", "")], ("Note", "OUTCOME", " item", "Learner")
    )
    assert same(parameters(path), usual)


def test_ones_and_zeros_are_right_and_wrong(tmp_path, usual):
    rows = [(learner, item, "1" if outcome == "correct" else "0") for learner, item, outcome in ROWS]
    assert same(parameters(write_long(tmp_path / "a.csv", rows)), usual)


def test_the_order_of_rows_does_not_matter(tmp_path, usual):
    mixed = [ROWS[place] for place in np.random.default_rng(1).permutation(len(ROWS))]
    assert same(parameters(write_long(tmp_path / "a.csv", mixed)), usual)


@pytest.mark.parametrize("named", [True, False])
def test_a_wide_table_is_the_same_as_a_long_one(tmp_path, usual, named):
    assert same(parameters(write_wide(tmp_path / "a.csv", CELLS, named=named)), usual)


@pytest.mark.parametrize("name", ["id", "", "élève"])
def test_a_first_column_without_answers_names_the_learners(tmp_path, usual, name):
    path = write_wide(tmp_path / "a.csv", CELLS)
    path.write_text(path.read_text("utf-8").replace("learner", name, 1), "utf-8")
    assert same(parameters(path), usual)


@pytest.mark.parametrize("first", [0, 1, 2])
def test_learners_of_a_wide_table_may_be_numbered_under_any_name(tmp_path, usual, first):
    """A number 1 among them is no right answer to a question called pupil."""
    head, *lines = write_wide(tmp_path / "a.csv", CELLS).read_text("utf-8").splitlines()
    numbered = [f"{number},{line.split(',', 1)[1]}" for number, line in enumerate(lines, first)]
    (tmp_path / "a.csv").write_text("\n".join([head.replace("learner", "pupil", 1), *numbered]), "utf-8")
    assert same(parameters(tmp_path / "a.csv"), usual)


def test_a_question_with_slips_of_the_pen_is_no_column_of_learners(tmp_path):
    """Nor is one of ones and zeros, however few they are."""
    error = told(written(tmp_path, "q1,q2\n1,0\n0,1\n2,1\n3,0\n"))
    assert [path for path, _ in error.problems] == ["ligne 4", "ligne 5"]
    assert fitted(written(tmp_path, "q1,q2\n1,0\n0,1\n")).bound.codes == ("q1", "q2")


@pytest.mark.parametrize(
    ("text", "column", "cell"),
    [
        ("user_id,item_id,correct\nu1,i1,1\nu1,i2,0\nu2,i1,1\n", "item_id", "i1"),
        ("1,item_id,correct\nu1,i1,1\nu1,i2,0\nu2,i1,1\n", "item_id", "i1"),
        ("id,q1,q2,total\na,1,1,2\nb,0,0,0\nc,1,1,2\n", "total", "2"),
        ("id,group,q1\na,x,1\nb,NA,0\nc,y,1\n", "group", "x"),
    ],
)
def test_a_column_that_is_no_question_is_named_and_not_each_of_its_lines(tmp_path, text, column, cell):
    error = told(written(tmp_path, text))
    assert (error.count, error.problems[0][0]) == (1, "ligne 1")
    assert f"la colonne « {column} » n'est pas celle d'une question : elle contient « {cell} »" in error.problems[0][1]
    assert "« learner », « item » et « outcome »" in error.problems[0][1]


@pytest.mark.parametrize(("one", "zero"), [("1.00", "0."), ('"1,0"', '"0,000"')])
def test_outcomes_may_have_any_decimals_that_are_nought(tmp_path, usual, one, zero):
    rows = "".join(f"{who},{item},{one if outcome == 'correct' else zero}\n" for who, item, outcome in ROWS)
    assert same(parameters(written(tmp_path, f"learner,item,outcome\n{rows}")), usual)


@pytest.mark.parametrize("cell", ["1.01", "10.0", "01", "-0.0", "1..", ".0"])
def test_other_numbers_are_no_outcomes(tmp_path, cell):
    assert f"issue « {cell} »" in told(written(tmp_path, f"learner,item,outcome\na,q,{cell}\n")).problems[0][1]


def test_missing_answers_of_a_wide_table_may_be_empty_and_numbers_have_decimals(tmp_path, usual):
    path = write_wide(tmp_path / "a.csv", CELLS)
    text = path.read_text("utf-8").replace("NA", "").replace(",1", ",1.0").replace(",0", ",0.0")
    path.write_text(text, "utf-8")
    assert same(parameters(path), usual)


def test_small_pieces_change_nothing(tmp_path, usual, monkeypatch):
    monkeypatch.setattr(csv_files, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr(csv_files, "CELLS_AT_ONCE", 13)
    assert same(parameters(write_long(tmp_path / "a.csv", ROWS)), usual)
    assert same(parameters(write_wide(tmp_path / "b.csv", CELLS)), usual)


def test_an_item_that_nobody_answered_is_known_from_the_head_of_a_wide_table(tmp_path):
    cells = CELLS.copy()
    cells[:, 2] = -1
    assert fitted(write_wide(tmp_path / "a.csv", cells)).bound.codes == tuple(f"q0{n}" for n in range(6))


def test_of_two_answers_of_one_learner_the_first_counts_and_the_others_are_counted(tmp_path, usual):
    turned = [
        (learner, item, "incorrect" if outcome == "correct" else "correct") for learner, item, outcome in ROWS[:50]
    ]
    found = fitted(write_long(tmp_path / "a.csv", [*ROWS, *turned]))
    own = dict(zip(found.bound.codes, found.model.layout.unpacked(found.parameters)[0].tolist(), strict=True))
    assert same(own, usual)
    assert found.tally.people[3] == 50


def test_an_attempt_is_a_sitting_of_its_own_but_an_item_counts_once(tmp_path):
    rows = [("p", "q1", "1", "a"), ("p", "q2", "0", "b"), ("p", "q1", "0", "b"), ("r", "q1", "1", "a")]
    found = fitted(write_long(tmp_path / "a.csv", rows, (*HEADER, "attempt")))
    learners, sittings, useful, doubles, _ = found.tally.people
    assert (learners, sittings, useful, doubles) == (2, 3, 3, 1)


def spoken(path):
    """The document of answers in two languages."""
    return written_document(document_of(fitted(path)))


def test_who_changes_the_language_half_way_belongs_to_the_one_of_most_answers_in_whatever_order(tmp_path):
    """With as many answers in either, to the reference."""
    rng = np.random.default_rng(3)
    own = {learner: rng.choice(["ar", "fr"]) for learner, *_ in ROWS}
    rows = [(*row, "en" if rng.random() < 0.4 else own[row[0]]) for row in ROWS]
    found = spoken(write_long(tmp_path / "a.csv", rows, (*HEADER, "language")))
    for name in ("b", "c"):
        mixed = [rows[place] for place in rng.permutation(len(rows))]
        assert spoken(write_long(tmp_path / f"{name}.csv", mixed, (*HEADER, "language"))) == found


def test_what_was_not_understood_in_one_language_does_not_make_it_the_learners_own(tmp_path):
    plain = [(*row, "ar" if int(row[0][1:]) % 2 else "fr") for row in ROWS]
    tried = [(learner, "q99", "not_understood", "fr") for learner in dict.fromkeys(row[0] for row in ROWS)]
    header = (*HEADER, "language")
    before = spoken(write_long(tmp_path / "a.csv", [*tried, *plain], header))
    assert before == spoken(write_long(tmp_path / "b.csv", [*plain, *tried], header))
    assert json.loads(before)["languages"]["ar"]["mean"] != 0.0


def test_what_is_no_evidence_is_counted_and_left_out(tmp_path, usual):
    odd = [("p1000", "q01", "not_understood"), ("p1000", "q02", "not_tried")]
    found = fitted(write_long(tmp_path / "a.csv", [*ROWS, *odd]))
    assert same(
        dict(zip(found.bound.codes, found.model.layout.unpacked(found.parameters)[0].tolist(), strict=True)), usual
    )
    assert found.tally.shown.sum(axis=0)[len(ANSWERS) :].tolist() == [1.0, 1.0]
    assert found.tally.people[1] - found.tally.people[2] == 1


def test_every_learner_is_in_one_partition_and_rows_keep_their_order(tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "ANSWERS_AT_ONCE", 20)
    mixed = [ROWS[place] for place in np.random.default_rng(2).permutation(len(ROWS))]
    spill = read(write_long(tmp_path / "a.csv", mixed), tmp_path)
    assert spill.count > 5
    seen = set()
    total = 0
    for number in range(spill.count):
        if spill.path(number).exists():
            found = kept(spill.path(number), range(6))
            mine = {tuple(one) for one in found.records["learner"].tolist()}
            assert not mine & seen
            seen |= mine
            total += len(found.records)
            assert (np.diff(found.records["row"][found.sittings == 0]) > 0).all()
    assert (len(seen), total) == (60, len(ROWS))


def told(path, **more):
    with pytest.raises(WrongFile) as caught:
        fitted(path, **more)
    return caught.value


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "wrong.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("", "", "le fichier est vide"),
        ("learner,item,outcome\n", "", "aucune réponse"),
        ("learner,item\na,b\n", "ligne 1", "il manque la colonne « outcome »"),
        ("learner,item,outcome,item\n", "ligne 1", "« item » est là deux fois"),
        ("1,0,1\n0,1,NA\n", "ligne 1", "attendu les noms des colonnes"),
        ("learner\na\nb\n", "ligne 1", "aucune colonne de question"),
        ("learner,q,q\na,1,0\n", "ligne 1", "« q » est là deux fois"),
        ("learner,item,outcome\na,q,1\na,r,maybe\n", "ligne 3", "issue « maybe » ; attendu correct"),
        ("learner,item,outcome\n\na,,1\n", "ligne 3", "trouvé une case vide"),
        ("learner,item,outcome\n,q,1\n", "ligne 2", "attendu un apprenant"),
        ("learner,item,outcome\na,q\n", "ligne 2", "2 cases ; attendu 3"),
        ("learner,item,outcome\na,q,1,2\n", "ligne 2", "4 cases ; attendu 3"),
        ('learner,item,outcome\na,"q,1\n', "ligne 2", "guillemets qui ne se ferment pas"),
        ("learner,item,outcome\na,q\0,1\n", "ligne 2", "un signe qui ne s'écrit pas"),
        (f"learner,item,outcome\na,{'q' * 201},1\n", "ligne 2", "201 signes, 200 au plus"),
        ("learner,item,outcome,seconds\na,q,1,-1\n", "ligne 2", "durée « -1 » ; attendu des secondes"),
        ("learner,item,outcome,seconds\na,q,1,inf\n", "ligne 2", "durée « inf »"),
        (f"learner,item,outcome,language\na,q,1,{'x' * 36}\n", "ligne 2", "langue de 36 signes"),
        ("q1,q2\n1,0\n1,2\n", "ligne 3", "issue « 2 »"),
        ("q1,q2\n1,0\n1\n", "ligne 3", "1 cases ; attendu 2"),
        ('learner,item,outcome,note\na,q,1,"x\ny"\nc,q,x,\n', "ligne 4", "issue « x »"),
        ('learner,item,outcome\n"a\nb",q,1\n', "ligne 3", "un signe qui ne s'écrit pas"),
        ("learner,item,outcome\na,q,not_tried\n", "", "aucune réponse ne dit rien"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, path, said):
    error = told(written(tmp_path, text))
    assert error.count == 1
    assert error.problems[0][0] == path
    assert said in error.problems[0][1]


def test_a_text_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    error = told(written(tmp_path, "learner,item,outcome\na,q,1\né,q,0\n", "latin-1"))
    assert error.problems[0] == ("ligne 3", "l'octet 0xe9 n'est pas de l'UTF-8 : enregistrez le fichier en UTF-8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x14\x00\xe9", "c'est un classeur, ou une archive : enregistrez la feuille en CSV"),
        (gzip.compress(b"learner,item,outcome\na,q,1\n"), "le fichier est compressé"),
        (b'{"learners": []}', "c'est du JSON"),
        (b'[{"learner": "a", "item": "q"}]', "c'est du JSON"),
    ],
)
def test_a_file_of_another_kind_is_told_as_what_it_is(tmp_path, content, said):
    (tmp_path / "a.csv").write_bytes(content)
    error = told(tmp_path / "a.csv")
    assert error.problems[0][1].startswith(said)
    assert error.problems[0][1].endswith("attendu du CSV ou du Parquet")


def test_ten_wrong_rows_are_told_and_how_many_more_there_are(tmp_path):
    error = told(write_long(tmp_path / "a.csv", [(f"p{n}", "q", "?") for n in range(40)]))
    assert [path for path, _ in error.problems] == [f"ligne {n}" for n in range(2, 12)]
    assert error.count == 40
    assert error.lines()[-1] == "  et 30 de plus."


def test_wrong_rows_are_told_in_order_whatever_is_wrong_with_them(tmp_path):
    rows = [("p", "q", "?"), ("", "q", "1"), ("p", "", "1"), ("p", "q")]
    error = told(write_long(tmp_path / "a.csv", rows))
    assert [path for path, _ in error.problems] == ["ligne 2", "ligne 3", "ligne 4", "ligne 5"]


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert told(tmp_path / "none.csv").lines() == [
        f"{tmp_path / 'none.csv'}, le fichier ne se lit pas, il n'existe pas."
    ]
    assert told(tmp_path).lines() == [f"{tmp_path}, le fichier ne se lit pas, c'est un dossier."]


def test_a_language_of_reference_that_nobody_answered_in_is_told(tmp_path):
    error = told(write_long(tmp_path / "a.csv", ROWS), reference="xx")
    assert "langue de référence" in error.problems[0][1]
