"""The plug-in's C table from Python: what the core calls, without the core, so that a device is timed alone."""

import ctypes as c

import numpy

ABI = 3
UNDER_WAY = 3  # batches, as many as the core submits before it waits
FLOAT32, FLOAT16, BFLOAT16 = range(3)
BEST, SCORES = range(2)


class Error(c.Structure):
    _fields_ = [("status", c.c_int32), ("row", c.c_int64), ("needed", c.c_int64), ("available", c.c_int64),
                ("message", c.c_char * 512)]


class Info(c.Structure):
    _fields_ = [("name", c.c_char * 128), ("library", c.c_char * 64), ("sparse_path", c.c_char * 96),
                ("total_bytes", c.c_int64), ("free_bytes", c.c_int64), ("is_host", c.c_int32)]


class PrototypeRows(c.Structure):
    _fields_ = [("count", c.c_int64), ("feature_count", c.c_int64), ("offsets", c.c_void_p), ("columns", c.c_void_p),
                ("values", c.c_void_p), ("biases", c.c_void_p), ("precision", c.c_int32)]


class RowView(c.Structure):
    _fields_ = [("count", c.c_int64), ("feature_count", c.c_int64), ("offsets", c.c_void_p), ("columns", c.c_void_p),
                ("values", c.c_void_p), ("scales", c.c_void_p)]


class Answer(c.Structure):
    _fields_ = [("row_count", c.c_int64), ("width", c.c_int64), ("prototypes", c.c_void_p), ("scores", c.c_void_p)]


def function(result, *arguments):
    return c.CFUNCTYPE(result, *arguments)


class Table(c.Structure):
    """The first fields of `fka_plugin`; those of training are not used here."""

    _fields_ = [
        ("abi", c.c_uint32), ("byte_count", c.c_uint32), ("library", c.c_char_p),
        ("open", function(c.c_int, c.c_char_p, c.POINTER(c.c_void_p), c.POINTER(Error))),
        ("close", function(None, c.c_void_p)),
        ("info", function(c.c_int, c.c_void_p, c.POINTER(Info), c.POINTER(Error))),
        ("upload", function(c.c_int, c.c_void_p, c.POINTER(PrototypeRows), c.POINTER(c.c_void_p), c.POINTER(Error))),
        ("release", function(None, c.c_void_p)),
        ("batch_rows", function(c.c_int64, c.c_void_p, c.c_int32, c.c_double)),
        ("submit", function(c.c_int, c.c_void_p, c.POINTER(RowView), c.c_int32, c.POINTER(c.c_void_p),
                            c.POINTER(Error))),
        ("wait", function(c.c_int, c.c_void_p, c.POINTER(Answer), c.POINTER(Error))),
        ("drop", function(None, c.c_void_p)),
    ]


def address(array):
    return None if array is None else array.ctypes.data


class Plugin:
    def __init__(self, path):
        library = c.CDLL(path)
        library.fka_get_plugin.restype = c.POINTER(Table)
        self.table = library.fka_get_plugin().contents
        if self.table.abi != ABI:
            raise RuntimeError(f"{path}: interface version {self.table.abi}, this script knows {ABI}")

    def call(self, name, *arguments):
        error = Error()
        if getattr(self.table, name)(*arguments, c.byref(error)):
            raise RuntimeError(f"{name}: {error.message.decode()}")


class Device:
    def __init__(self, plugin, name):
        self.plugin = plugin
        self.handle = c.c_void_p()
        plugin.call("open", name.encode(), c.byref(self.handle))

    def info(self):
        info = Info()
        self.plugin.call("info", self.handle, c.byref(info))
        return {name: value.decode() if isinstance(value := getattr(info, name), bytes) else value
                for name, _ in Info._fields_}

    def upload(self, prototypes, precision):
        """Prototypes: a dense float32 array, or a SciPy CSR matrix of float32."""
        return Prototypes(self, prototypes, precision)


class Prototypes:
    def __init__(self, device, rows, precision):
        self.device, self.plugin = device, device.plugin
        view = PrototypeRows(count=rows.shape[0], feature_count=rows.shape[1], precision=precision)
        kept = csr_parts(rows) if hasattr(rows, "indptr") else (None, None, numpy.ascontiguousarray(rows, numpy.float32))
        view.offsets, view.columns, view.values = map(address, kept)
        self.handle = c.c_void_p()
        self.plugin.call("upload", device.handle, c.byref(view), c.byref(self.handle))

    def release(self):
        self.plugin.table.release(self.handle)

    def best(self, view):
        """The best prototype of each row of a `View` and its score; copies included."""
        size = self.plugin.table.batch_rows(self.handle, BEST, view.values_per_row)
        best = numpy.empty(view.shape[0], numpy.int32)
        scores = numpy.empty(view.shape[0], numpy.float32)
        pending = []
        for first in range(0, view.shape[0], size):
            pending.append((first, self.submit(view.part(first, size))))
            if len(pending) == UNDER_WAY:
                self.take(*pending.pop(0), best, scores)
        for part in pending:
            self.take(*part, best, scores)
        return best, scores

    def submit(self, part):
        job = c.c_void_p()
        self.plugin.call("submit", self.handle, c.byref(part), BEST, c.byref(job))
        return job

    def take(self, first, job, best, scores):
        answer = Answer()
        self.plugin.call("wait", job, c.byref(answer))
        c.memmove(best.ctypes.data + 4 * first, answer.prototypes, 4 * answer.row_count)
        c.memmove(scores.ctypes.data + 4 * first, answer.scores, 4 * answer.row_count)
        self.plugin.table.drop(job)


def csr_parts(rows):
    return (numpy.ascontiguousarray(rows.indptr, numpy.int64), numpy.ascontiguousarray(rows.indices, numpy.uint32),
            numpy.ascontiguousarray(rows.data, numpy.float32))


class View:
    """Rows as the C table takes them."""

    def __init__(self, rows):
        self.shape = rows.shape
        self.is_sparse = hasattr(rows, "indptr")
        self.parts = csr_parts(rows) if self.is_sparse else (None, None, numpy.ascontiguousarray(rows, numpy.float32))
        self.values_per_row = len(self.parts[2]) / rows.shape[0] if self.is_sparse else float(rows.shape[1])

    def part(self, first, size):
        offsets, columns, values = self.parts
        count = min(size, self.shape[0] - first)
        if self.is_sparse:
            return RowView(count, self.shape[1], offsets.ctypes.data + 8 * first, address(columns), address(values), None)
        return RowView(count, self.shape[1], None, None, values.ctypes.data + 4 * first * self.shape[1], None)
