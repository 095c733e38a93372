# SPDX-License-Identifier: MIT
"""faults.py - the list of faults to plant, made from the sources of lib/core.

A fault is one edit of one file. Most are generated from the calls that a file
makes, the rest comes from the hand-written file `logic`. An id is

    file/function/what.n/kind

n counts the calls of that name in the function, so an edit elsewhere changes
no id.

Kinds, generated:
  acq rel rlx acqrel  the order of an access weakened to this, by one step; of
                      a compare-and-swap or other read-modify-write, acq is
                      without its release and rel without its acquire
  split     a compare-and-swap becomes load, compare, store; any other
            read-modify-write load, change, store
  more less a difference of positions is one more, one less
  absolute  positions are compared as plain numbers
  unmasked  a position does not wrap
  short     a position is one less
  dead      a look whether the call still lives says yes
  skip      a call for its effect is left out
and `logic`.
"""
import os
import re

WEAKER = {
    "ld": {"seq": ["acq"], "acq": ["rlx"]},
    "st": {"seq": ["rel"], "rel": ["rlx"]},
    "cas": {"seq": ["acqrel"], "acqrel": ["acq", "rel"], "acq": ["rlx"]},
    "rmw": {"seq": ["acqrel"], "acqrel": ["acq", "rel"], "acq": ["rlx"],
            "rel": ["rlx"]},
}
WRAPPERS = {  # core/word.h: places that use them, one by one
    "load_word": ["rlx"], "load_slot": ["rlx"], "load_flight": ["rlx"],
    "alive": ["rlx"],
    "cas_word": ["acq", "rel"], "cas_slot": ["acq", "rel"],
}
ORDERS = ("acq", "rel", "rlx", "acqrel")
ACCESS = re.compile(
    r"\bivrq__(ld|st|cas|add|sub|or|and|xchg)_(rlx|acq|rel|acqrel|seq)"
    r"(32|64)\(")
CALL = re.compile(r"\b([a-z_][a-z0-9_]*)\(")
# Nobody can be there yet, or no longer; or what is left out would leave a
# local variable without a value, and the fault could be anything; or it is of
# no effect but on time.
NOT_SKIPPED = re.compile(
    r"init|^set_up|^size_blocks$|^mem(set|cpy)$|free|fini|destroy"
    r"|^clock_gettime$|queue_view$|turn_look$|^find_cut$|ready_begin$|prefetch$"
    r"|^(if|while|for|switch|return|sizeof)$")


class Fault:
    def __init__(self, file, function, what, kind, line, start, end, new,
                 text):
        self.file, self.function, self.kind = file, function, kind
        self.line, self.start, self.end, self.new = line, start, end, new
        self.text = text
        self.id = "%s/%s/%s/%s" % (file, function, what, kind)

    def is_order(self):
        return self.kind in ORDERS


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def mask(text):
    """Comments and strings blanked, so that positions stay."""
    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"',
                  lambda m: '"' + " " * (len(m.group(0)) - 2) + '"', text)


def closing(text, at):
    """Where the bracket at `at` closes."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] in "([{":
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
            if not depth:
                return i
    raise ValueError("bracket")


def arguments(masked, text, at, end):
    """The texts between the commas of the bracket that opens at `at`."""
    depth, first, found = 0, at + 1, []
    for i in range(at + 1, end + 1):
        if masked[i] in "([{":
            depth += 1
        elif masked[i] in ")]}" and i != end:
            depth -= 1
        elif (masked[i] == "," and not depth) or i == end:
            found.append(text[first:i].strip())
            first = i + 1
    return found


def functions(masked):
    """(name, first, end) of each function body, in house style."""
    found, at, name = [], 0, None
    first = None
    for line in masked.split("\n"):
        if line.startswith("{"):
            first = at
        elif line.startswith("}"):
            if first is not None:
                found.append((name, first, at))
            first = None
        elif first is None and re.match(r"[a-zA-Z]", line) and "(" in line:
            match = CALL.search(line)
            if match and "=" not in line[:match.start()]:
                name = match.group(1)
        at += len(line) + 1
    return found


class Source:
    def __init__(self, file, text):
        self.file, self.text, self.masked = file, text, mask(text)
        self.functions = functions(self.masked)
        self.count = {}

    def where(self, at):
        for name, first, end in self.functions:
            if first <= at < end:
                return name
        return None

    def nth(self, function, what):
        key = (function, what)
        self.count[key] = self.count.get(key, 0) + 1
        return "%s.%d" % (what, self.count[key])

    def fault(self, function, what, kind, start, end, new, text):
        line = self.text.count("\n", 0, start) + 1
        return Fault(self.file, function, what, kind, line, start, end, new,
                     text)


def starts_statement(masked, at):
    before = masked[:at].rstrip()
    if before.endswith("(void)"):
        before = before[:-6].rstrip()
    if before[-1:] in (";", "{", "}") or before.endswith("else"):
        return True
    if before.endswith(":"):
        return re.search(r"\b(case\s+\w+|default):$", before) is not None
    return before.endswith(")") and re.search(
        r"\b(if|while|for)\s*\($", before[:opening(before) + 1]) is not None


def opening(text):
    """Where the bracket opens that closes at the end of the text."""
    depth = 0
    for i in range(len(text) - 1, -1, -1):
        if text[i] == ")":
            depth += 1
        elif text[i] == "(":
            depth -= 1
            if not depth:
                return i
    return 0


def of_access(source, function, match, end, what):
    op, order, bits = match.groups()
    family = op if op in WEAKER else "rmw"
    name_end = match.end() - 1
    kinds = list(WEAKER[family].get(order, []))
    if family in ("cas", "rmw"):
        kinds.append("split")
    for kind in kinds:
        new = "ivrq__%s_%s%s" % (op, kind, bits)
        yield source.fault(function, what, kind, match.start(), name_end, new,
                           "%s instead of %s" % (new, match.group(0)[:-1]))


def of_wrapper(source, function, match, name, what):
    kinds = list(WRAPPERS[name])
    if name.startswith("cas"):
        kinds.append("split")
    for kind in kinds:
        new = "ivrq__%s_%s" % (name, kind)
        yield source.fault(function, what, kind, match.start(),
                           match.end() - 1, new, new)


def of_positions(source, function, match, end, name, what):
    masked, text = source.masked, source.text
    a, b = arguments(masked, text, match.end() - 1, end)[:2]
    call = text[match.start():end + 1]
    flat = " ".join(call.split())
    if name == "pos_diff":
        edits = [("more", "(%s + 1)" % call), ("less", "(%s - 1)" % call),
                 ("absolute", "ivrq__pos_absolute(%s, %s)" % (a, b))]
    else:
        edits = [("unmasked", "((%s) - 1)" % a if b == "IVRQ__POS_MASK" else
                  "((%s) + (%s))" % (a, b))]
        before = masked[:match.start()].rstrip()
        if not re.search(re.escape(a) + r"\s*=$", before):
            edits.append(("short", "ivrq__pos(%s, (%s) - 1)" % (a, b)))
    for kind, new in edits:
        yield source.fault(function, what, kind, match.start(), end + 1, new,
                           "%s: %s" % (kind, flat))


def generated(source):
    masked, text = source.masked, source.text
    for match in CALL.finditer(masked):
        function = source.where(match.start())
        if not function:
            continue
        full = match.group(1)
        name = full[6:] if full.startswith("ivrq__") else full
        end = closing(masked, match.end() - 1)
        access = ACCESS.match(masked, match.start())
        what = source.nth(function, name)
        if access:
            yield from of_access(source, function, access, end, what)
        elif full.startswith("ivrq__") and name in WRAPPERS:
            yield from of_wrapper(source, function, match, name, what)
        elif full in ("ivrq__pos", "ivrq__pos_diff"):
            yield from of_positions(source, function, match, end, name, what)
        if full == "ivrq__alive":
            yield source.fault(function, what, "dead", match.start(), end + 1,
                               "true", "it lives")
        if masked[end + 1:end + 2] == ";" and \
                not NOT_SKIPPED.search(full) and \
                not NOT_SKIPPED.search(function) and \
                starts_statement(masked, match.start()):
            flat = " ".join(text[match.start():end + 2].split())
            yield source.fault(function, what, "skip", match.start(), end + 1,
                               "(void)0", "without " + flat)


def pattern(old):
    return re.compile(r"\s+".join(re.escape(w) for w in old.split()))


def read_logic(path):
    """[(name, file, function, why, old, new)]"""
    found, one = [], None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if line.startswith("#") or not line.strip():
            continue
        if line[0] == "-":
            one["old"].append(line[1:])
        elif line[0] == "+":
            one["new"].append(line[1:])
        elif line[0] in " \t":
            one["why"].append(line.strip())
        else:
            name, file, function = line.split()
            one = {"name": name, "file": file, "function": function,
                   "why": [], "old": [], "new": []}
            found.append(one)
    return found


def logic(sources, path, stale):
    for one in read_logic(path):
        source = sources.get(one["file"]) or Source(one["file"], "")
        spans = [(a, b) for f, a, b in source.functions
                 if f == one["function"]]
        old = pattern("\n".join(one["old"]))
        hits = [hit for span in spans
                for hit in old.finditer(source.text, *span)]
        if len(hits) != 1:
            stale.append("logic: %s: its text is found %d times in %s() of %s"
                         % (one["name"], len(hits), one["function"],
                            one["file"]))
            continue
        yield source.fault(one["function"], one["name"], "logic",
                           hits[0].start(), hits[0].end(),
                           "\n".join(one["new"]), " ".join(one["why"]))


def make(core, logic_path):
    """All faults, by file and place; the sources; what could not be made."""
    sources = {}
    for file in sorted(os.listdir(core)):
        if file.endswith((".c", ".h")) and file != "atomics.h":
            with open(os.path.join(core, file), encoding="utf-8") as f:
                sources[file] = Source(file, f.read())
    found = []
    for source in sources.values():
        found.extend(generated(source))
    stale = []
    found.extend(logic(sources, logic_path, stale))
    found.sort(key=lambda f: (f.file, f.start, f.id))
    return found, sources, stale


def planted(fault, source):
    """The text of the file with the fault in it."""
    text = source.text
    made = text[:fault.start] + fault.new + text[fault.end:]
    includes = [m.end() for m in
                re.finditer(r"^#include .*$", made, flags=re.M)]
    weak = "mutants/weak.h" if fault.file.endswith(".h") else "weak_word.h"
    if includes:
        at = includes[-1]
        made = made[:at] + '\n#include "%s"' % weak + made[at:]
    return made
