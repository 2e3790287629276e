"""Ways to damage a file: bits, spans, words, and structures of JSON, Parquet and SQLite."""

import contextlib
import json
import re
import shutil
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq

STRANGE = [
    *("", "0", "-1", "0.5", "1e400", "-1e400", "NaN", "Infinity", "-inf", "null", "None"),
    *("true", "[]", "{}", "[[]]", '{"a":{"a":1}}', '"x"', "9" * 30, "9" * 5000, "1" * 400),
    *("9223372036854775808", "-9223372036854775809", "9007199254740993", "1700000000000000"),
    *("1700000000000000000", "99999999999999", "0001-01-01", "9999-12-31T23:59:59.999999999Z"),
    *("2024-13-45", "\u2028", "\x00", "\ufeff", "\x85", "\\", "'", '"', "\n", "\r", ",", ";"),
    *("\t", "../../x", "/", "a/b", "\ud83d\ude00", "=1+1", "%s{}", "[" * 3000, "{" * 300),
    *(
        "1,5",
        "1 250",
        "007",
        "1_000",
        "0x10",
        "١٢",
        "sep=;",
        "#",
        "%",
        "?",
        "@data",
        "!!python",
    ),
]
WHOLE = [
    *(b"", b"\n", b"\x00", b"\xff\xfe", b"{}", b"[]", b"null", b"0", b'"x"', b"[" * 5000),
    *(b"PAR1", b"PAR1PAR1", b"SQLite format 3\x00", b"\x1f\x8b\x08", b"PK\x03\x04", b"BZh9"),
    *(b"\x80\x04\x95.", b"<html></html>", b"a,b\n1\n", b"a,a\n1,2\n", b"{}\n[]\n1\n"),
    *(b"[1]\n", b'{"a": 1', b"\xef\xbb\xbf", b'{"op_code": 99}\n', b"a: &a [*a]\n"),
    *(b"---\n- 1\n", b"version https://git-lfs.github.com/spec/v1\n"),
]  # fmt: skip
_WORD = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[A-Za-z_]+")


def strange(draw):
    """A value that no file should hold there."""
    plain = [None, True, 0, -1, 2**63, -(2**64), 1e308, float("nan"), float("inf"), [], {}]
    nested = [[[[1]]], {"a": {"b": [None]}}, [1, "a"], {"": 0}]
    return draw.choice([*plain, *nested, *STRANGE])


def damaged_bytes(draw, text):
    """The content of a file, damaged in one to three ways."""
    for _ in range(draw.choice([1, 1, 1, 2, 3])):
        text = draw.choice(_BYTES)(draw, text)
    return text


def _flip(draw, text):
    changed = bytearray(text)
    for _ in range(draw.choice([1, 1, 2, 8])):
        if changed:
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _span(draw, text):
    start = draw.randrange(len(text) + 1)
    return start, min(start + draw.choice([1, 3, 20, 200]), len(text))


def _truncate(draw, text):
    return text[: draw.randrange(len(text) + 1)]


def _delete(draw, text):
    start, end = _span(draw, text)
    return text[:start] + text[end:]


def _double(draw, text):
    start, end = _span(draw, text)
    return text[:end] + text[start:end] + text[end:]


def _insert(draw, text):
    start, _ = _span(draw, text)
    return text[:start] + _bytes(draw.choice(STRANGE)) + text[start:]


def _word(draw, text):
    """Another word or number in the place of one: what damages a text best."""
    found = list(_WORD.finditer(text[:20_000]))
    if not found:
        return _insert(draw, text)
    one = draw.choice(found)
    return text[: one.start()] + _bytes(draw.choice(STRANGE)) + text[one.end() :]


def _lines(draw, text):
    """Lines doubled, dropped or swapped."""
    lines = text.split(b"\n")
    one, other = (draw.randrange(len(lines)) for _ in "ab")
    how = draw.choice("xyz")
    if how == "x":
        lines[one], lines[other] = lines[other], lines[one]
    elif how == "y":
        del lines[one]
    else:
        lines.insert(one, lines[other])
    return b"\n".join(lines)


def _replace(draw, text):
    return draw.choice(WHOLE)


def _node(draw, text):
    """A node of a JSON text or of one of its lines replaced, dropped or doubled."""
    lines = text.split(b"\n")
    whole = _changed(draw, text)
    if whole is not None:
        return whole
    spot = draw.randrange(len(lines))
    changed = _changed(draw, lines[spot])
    if changed is None:
        return _word(draw, text)
    lines[spot] = changed
    return b"\n".join(lines)


def _changed(draw, text):
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    spots = [(None, None)]
    stack = [tree]
    while stack:
        node = stack.pop()
        keys = (
            list(node)
            if isinstance(node, dict)
            else range(len(node))
            if node and isinstance(node, list)
            else ()
        )
        for key in keys:
            spots.append((node, key))
            stack.append(node[key])
    node, key = draw.choice(spots)
    if node is None:
        tree = draw.choice([strange(draw), [tree], {"a": tree}])
    elif draw.choice("aab") == "a":
        node[key] = strange(draw)
    else:
        del node[key]
    return json.dumps(tree).encode("utf-8", "surrogatepass")


def _bytes(text):
    return text.encode("utf-8", "surrogatepass")


_BYTES = [_flip, _truncate, _delete, _double, _lines, _replace]
_BYTES += [_insert, _insert, _word, _word, _node, _node, _node]


def damage_file(draw, path):
    """Damage a file where it lies; says how, for the report."""
    inside = {".parquet": _damage_parquet, ".db": _damage_sqlite, ".sqlite": _damage_sqlite}
    how = draw.choice(["bytes"] * 6 + ["inside"] * 6 + ["gone", "folder", "loop"])
    if how == "inside" and path.suffix in inside and inside[path.suffix](draw, path):
        return f"{path.name}: inside"
    if how in ("gone", "folder", "loop"):
        path.unlink()
        if how == "folder":
            path.mkdir()
        elif how == "loop":
            path.symlink_to(path)
        return f"{path.name}: {how}"
    path.write_bytes(damaged_bytes(draw, path.read_bytes()))
    return f"{path.name}: bytes"


def _damage_parquet(draw, path):
    """Write the table with other columns, types or rows, as another tool might."""
    with pq.ParquetFile(path) as file:
        table = file.read()
    column = draw.choice(table.column_names)
    place = table.column_names.index(column)
    how = draw.choice(
        ["drop", "name", "cast", "null", "double", "empty", "cell", "list", "twice"]
    )
    if how == "drop":
        table = table.drop_columns([column])
    elif how == "name":
        names = list(table.column_names)
        names[place] = draw.choice([*STRANGE[:20], draw.choice(names)])
        table = table.rename_columns(names)
    elif how == "twice":
        table = table.append_column(column, table[column])
    elif how == "double":
        table = pa.concat_tables([table, table])
    elif how == "empty":
        table = table.slice(0, 0)
    else:
        cells = table[column].to_pylist()
        if how == "null":
            cells[draw.randrange(len(cells)) if cells else 0 :] = []
            cells += [None] * (len(table) - len(cells))
        elif how == "list":
            cells = [[cell] for cell in cells]
        elif how == "cell" and cells:
            cells = [None if cell is None else str(cell) for cell in cells]
            cells[draw.randrange(len(cells))] = draw.choice(STRANGE)
        else:
            cells = [None if cell is None else len(str(cell)) for cell in cells]
        try:
            table = table.set_column(place, column, pa.array(cells))
        except (pa.ArrowException, ValueError):  # half a surrogate pair
            return False
    with contextlib.suppress(pa.ArrowException, ValueError):
        pq.write_table(table, path)
    return True


def _damage_sqlite(draw, path):
    """Change a cell, or drop a table or a column, without breaking the file."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            names = "SELECT name FROM sqlite_master WHERE type = 'table'"
            tables = [name for (name,) in database.execute(names)]
            table = draw.choice(sorted(tables))
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            column, value = draw.choice(columns), draw.choice([*STRANGE, None, -1, 1e300])
            database.execute("PRAGMA foreign_keys = OFF")
            with contextlib.suppress(sqlite3.Error):
                statement = draw.choice(
                    [
                        f"UPDATE OR REPLACE {table} SET {column} = ?",
                        f"UPDATE OR REPLACE {table} SET {column} = ? WHERE rowid % 3 = 0",
                    ]
                )
                if draw.randrange(8) == 0:
                    database.execute(f"DROP TABLE {table}")
                elif draw.randrange(8) == 0:
                    database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
                else:
                    database.execute(statement, (value,))
            database.commit()
    except (sqlite3.Error, UnicodeEncodeError):
        return False
    return True


def damage_folder(draw, folder):
    """Damage one of the files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return damage_file(draw, draw.choice(files))


def fresh_copy(whole, folder):
    """The undamaged files again, in a folder of their own."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    return folder
