"""Recorded replies of real servers, served as they are where their folder is there."""

import csv
import gzip
import hashlib
import json
import re
from xml.sax.saxutils import escape

from .answers import XMLNS
from .world import World

_SERVER = re.compile(rb"https?://(?:www\.|test\.|api\.)?openml\.org(?!/openml\W)")
_MD5 = re.compile(rb"(<oml:md5_checksum>)\s*[0-9a-f]+\s*(</oml:md5_checksum>)")
_KINDS = {
    "data/{id}": "data/{}",
    "data/features/{id}": "data/features/{}",
    "data/qualities/{id}": "data/qualities/{}",
    "task/{id}": "task/{}",
    "flow/{id}": "flow/{}",
    "setup/{id}": "setup/{}",
    "run/{id}": "run/{}",
}


def recorded_world(folder):
    """A world without tables, whose recorded bodies and files are those in `folder`.

    Addresses in them lead to the replay server; a checksum is that of the bytes served.
    """
    verbatim, files = {}, {}
    with (folder / "INDEX.csv").open(newline="") as lines:
        index = [row for row in csv.DictReader(lines) if int(row["bytes"])]
    for row in index:
        path, kind = folder / row["file"], row["endpoint"]
        if kind in _KINDS and row["id"].lstrip("-").isdigit():
            verbatim.setdefault(_KINDS[kind].format(row["id"]), path.read_bytes())
        elif kind == "data/qualities/{id} (json)":
            body = json.loads(gzip.decompress(path.read_bytes()))
            # One of them is a recorded error: that dataset has no qualities.
            if "data_qualities" in body:
                verbatim.setdefault(f"data/qualities/{row['id']}", _qualities(body))
        elif kind == "data/download (ARFF)":
            files.setdefault(row["id"], path.read_bytes())
        elif kind == "api_splits/get/{task}":
            files.setdefault(f"splits/{row['id']}", path.read_bytes())
    served = {}
    for name, body in verbatim.items():
        kind, _, number = name.rpartition("/")
        if kind == "data" and number in files:
            served[_path(body, rb"<oml:url>([^<]*)")] = files[number]
            checksum = hashlib.md5(files[number]).hexdigest().encode()
            body = _MD5.sub(rb"\g<1>" + checksum + rb"\g<2>", body)
        if kind == "task" and f"splits/{number}" in files:
            served[_path(body, rb"<oml:data_splits_url>([^<]*)")] = files[f"splits/{number}"]
        verbatim[name] = _SERVER.sub(b"@ROOT@", body)
    return World(verbatim=verbatim, files=served)


def _path(body, pattern):
    [address] = re.findall(pattern, body)
    return _SERVER.sub(b"", address.strip()).decode()


def _qualities(body):
    parts = [
        f"<oml:quality><oml:name>{escape(q['name'])}</oml:name>"
        f"<oml:value>{escape(str(q.get('value') or ''))}</oml:value></oml:quality>"
        for q in body["data_qualities"]["quality"]
    ]
    return f"<oml:data_qualities {XMLNS}>{''.join(parts)}</oml:data_qualities>".encode()
