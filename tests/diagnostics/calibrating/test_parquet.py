"""Parquet: the same answers give the same bytes as CSV."""

import pyarrow as pa
import pytest
from pyarrow import parquet

from pathways.diagnostics.calibrating.document import document_of, written
from pathways.diagnostics.calibrating.fitting import Task, fit
from pathways.diagnostics.simulating.problems import WrongFile
from tests.diagnostics.calibrating.collected import HEADER, ordinary, rows_of, write_long

ROWS = rows_of(ordinary(80, 6))


def document(path):
    return written(document_of(fit(Task(path, "2pl"), lambda _: None)))


def table(rows=ROWS, **columns):
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(HEADER)} | columns)


@pytest.mark.parametrize("size", [7, 1_000])
def test_parquet_and_csv_give_the_same_bytes(tmp_path, size):
    path = tmp_path / "a.parquet"
    parquet.write_table(table(), path, row_group_size=size)
    assert document(path) == document(write_long(tmp_path / "a.csv", ROWS))


def test_numbers_truths_and_dictionaries_are_read(tmp_path):
    plain = document(write_long(tmp_path / "a.csv", ROWS))
    right = [outcome == "correct" for *_, outcome in ROWS]
    whole_numbers = pa.array([int(one) for one in right])
    exact = whole_numbers.cast(pa.decimal128(21, 2))
    for outcome in (pa.array(right), whole_numbers, pa.array([float(one) for one in right]), exact):
        whole = table().set_column(2, "outcome", outcome)
        whole = whole.set_column(1, "Item", whole["item"].dictionary_encode())
        parquet.write_table(whole, tmp_path / "b.parquet")
        assert document(tmp_path / "b.parquet") == plain


def test_a_time_that_is_no_number_is_missing(tmp_path):
    """What programs that keep no nulls write for it: in Parquet as in CSV."""
    times = [30.0 if place % 3 else float("nan") for place in range(len(ROWS))]
    parquet.write_table(table(seconds=pa.array(times)), tmp_path / "a.parquet")
    text = tmp_path / "a.csv"
    rows = [[*row, *time] for row, time in zip(ROWS, [[str(time)] for time in times], strict=True)]
    text.write_text("\n".join(",".join(row) for row in [[*HEADER, "seconds"], *rows]), "utf-8")
    nulls = [None if place % 3 == 0 else 30.0 for place in range(len(ROWS))]
    parquet.write_table(table(seconds=pa.array(nulls)), tmp_path / "b.parquet")
    assert document(tmp_path / "a.parquet") == document(text) == document(tmp_path / "b.parquet")


def test_texts_that_are_not_marked_as_texts_are_read_as_such(tmp_path):
    """Some programs write bytes; "b'q01'" would be an item of its own."""
    whole = table()
    for place in (0, 1):
        whole = whole.set_column(place, HEADER[place], whole[HEADER[place]].cast(pa.binary()))
    parquet.write_table(whole, tmp_path / "a.parquet")
    assert document(tmp_path / "a.parquet") == document(write_long(tmp_path / "a.csv", ROWS))


@pytest.mark.parametrize("marked", [True, False])
def test_a_text_in_another_encoding_is_told(tmp_path, marked):
    column = pa.array([b"p\xe9", *[b"p"] * (len(ROWS) - 1)])
    if marked:  # nobody checks what is called a text
        column = pa.StringArray.from_buffers(len(column), column.buffers()[1], column.buffers()[2])
    parquet.write_table(table().set_column(0, "learner", column), tmp_path / "a.parquet")
    with pytest.raises(WrongFile, match="colonne « learner » : un texte n'est pas de l'UTF-8"):
        document(tmp_path / "a.parquet")


def test_columns_that_cannot_be_read_are_told(tmp_path):
    parquet.write_table(table().set_column(1, "item", pa.array([["q"]] * len(ROWS))), tmp_path / "a.parquet")
    with pytest.raises(WrongFile, match="colonne « item » : attendu une valeur par ligne, trouvé list"):
        document(tmp_path / "a.parquet")
    parquet.write_table(table(Learner=["p"] * len(ROWS)), tmp_path / "b.parquet")
    with pytest.raises(WrongFile, match="la colonne « learner » est là deux fois"):
        document(tmp_path / "b.parquet")


def test_learners_that_are_numbers_are_read(tmp_path):
    numbers = pa.array([int(learner[1:]) for learner, *_ in ROWS])
    parquet.write_table(table().set_column(0, "learner", numbers), tmp_path / "a.parquet")
    found = fit(Task(tmp_path / "a.parquet", "2pl"), lambda _: None)
    assert found.tally.people[0] == 80


@pytest.mark.parametrize(
    ("columns", "path", "said"),
    [
        ({"outcome": [*["1"] * (len(ROWS) - 1), None]}, f"ligne {len(ROWS)}", "issue «  »"),
        ({"outcome": [*["1"] * (len(ROWS) - 1), "?"]}, f"ligne {len(ROWS)}", "issue « ? »"),
        ({"item": [None, *["q"] * (len(ROWS) - 1)]}, "ligne 1", "trouvé une case vide"),
    ],
)
def test_wrong_rows_are_told(tmp_path, columns, path, said):
    whole = table()
    for name, values in columns.items():
        whole = whole.set_column(HEADER.index(name), name, pa.array(values))
    parquet.write_table(whole, tmp_path / "a.parquet")
    with pytest.raises(WrongFile) as caught:
        document(tmp_path / "a.parquet")
    assert caught.value.problems[0][0] == path
    assert said in caught.value.problems[0][1]


def test_a_file_that_is_no_parquet_or_lacks_a_column_is_told(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(WrongFile, match="pas un fichier Parquet"):
        document(tmp_path / "a.parquet")
    parquet.write_table(table().drop_columns(["item"]), tmp_path / "b.parquet")
    with pytest.raises(WrongFile, match="il manque la colonne « item »"):
        document(tmp_path / "b.parquet")


def test_a_file_that_ends_early_is_told(tmp_path):
    parquet.write_table(table(), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WrongFile):
        document(tmp_path / "a.parquet")


def test_partly_right_answers_are_read(tmp_path):
    rows = [(who, item, "partly" if n % 3 == 0 and y == "incorrect" else y) for n, (who, item, y) in enumerate(ROWS)]
    parquet.write_table(table(rows), tmp_path / "c.parquet")
    found = document(tmp_path / "c.parquet")
    assert found == document(write_long(tmp_path / "c.csv", rows))
    assert b'"partly": ' in found
