#!/usr/bin/env python3
"""Reads TensorBoard's event files with nothing but the standard library.

read_events.py FOLDER: prints {run: [event, ...]} as JSON, where an event is a list of [field number,
value] pairs, values of nested messages likewise; the checksum of every record is compared. Which
fields are messages is told by SCHEMA, written from TensorBoard's published .proto files.
"""
import json
import math
import pathlib
import struct
import sys

VALUE = {2: "double", 3: "text", 4: "bool"}  # google.protobuf.Value
HPARAM = {1: "text", 4: "int", 5: {1: VALUE}, 6: {1: "double", 2: "double"}}
EXPERIMENT = {1: "text", 3: "double", 4: HPARAM, 5: {1: {2: "text"}, 5: "int"}, 6: "text"}
PLUGIN = {1: "int", 2: EXPERIMENT, 3: {1: {1: "text", 2: VALUE}, 5: "double"},
          4: {1: "int", 2: "double"}}
TENSOR = {1: "int", 2: {2: {1: "int"}}, 5: "floats"}
SUMMARY = {1: {1: "text", 2: "float", 8: TENSOR, 9: {1: {1: "text", 2: PLUGIN}, 4: "int"}}}
SCHEMA = {1: "double", 2: "int", 3: "text", 5: SUMMARY}


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def checked(data, checksum):
    crc = crc32c(data)
    assert struct.unpack("<I", checksum)[0] == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return data


def records(data):
    while data:
        length = struct.unpack("<Q", checked(data[:8], data[8:12]))[0]
        yield checked(data[12:12 + length], data[12 + length:16 + length])
        data = data[16 + length:]


def varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return number, at


def message(data, schema):
    fields, at = [], 0
    while at < len(data):
        key, at = varint(data, at)
        kind = schema[key >> 3]
        if key & 7 == 0:
            assert kind in ("int", "bool")
            value, at = varint(data, at)
        elif key & 7 == 1:
            assert kind == "double"
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 5:
            assert kind == "float"
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
            value = "nan" if math.isnan(value) else value  # of which JSON knows nothing
        else:
            assert key & 7 == 2
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length
            if kind == "text":
                value = value.decode()
            elif kind == "floats":
                value = list(struct.unpack(f"<{length // 4}f", value))
            else:
                value = message(value, kind)
        fields.append([key >> 3, value])
    return fields


folder = pathlib.Path(sys.argv[1])
print(json.dumps({str(path.parent.relative_to(folder)): [message(record, SCHEMA)
                                                         for record in records(path.read_bytes())]
                  for path in sorted(folder.rglob("*tfevents*"))}))
