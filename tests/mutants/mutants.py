#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mutants.py - plants faults in the core, one at a time, and runs the tests.

    mutants.py list [pattern]	the faults
    mutants.py show pattern	the faults, as they would be planted
    mutants.py run [short] [learn] [again] [new] [with=killers] [pattern]
    mutants.py stamp		`equivalent`, after its arguments were read again

Run from the top of the source tree. `faults.py` makes the list of faults,
`killers` says what is run, `killed-by` which of it killed each fault the last
time: that is tried first, and the others after it. `equivalent` names the
faults that no test can tell, each with the argument why, and a stamp of the
text it was written for: the n-th call of a function may become another one, and
an argument about the old one would excuse it in silence. `open` names, by
patterns, faults that no killer can see yet; they are left alone unless one of
them has a known killer or a pattern was given. Every other fault has to be
killed.

A fault is planted in a copy of the file; everything that includes the file is
compiled again, into a shared object that the programs load. First each killer
runs without a fault and has to pass. A program kills if it fails, crashes or
does not end; one that cannot be built or loaded is an error of this script,
not a kill.

short: a sample, each with its known killer. learn: writes `killed-by`. again:
as if nothing were known of those faults. new: only those of which nothing is
known. with: only killers whose name matches. A pattern is matched against the
ids.

Environment: CC, JOBS, MUTANTS_DIR (where it works; build/mutants).
"""
import concurrent.futures
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import zlib

import faults

HERE = os.path.relpath(os.path.dirname(os.path.abspath(__file__)))
CORE = "lib/core"
WORK = os.environ.get("MUTANTS_DIR", "build/mutants")
CC = shlex.split(os.environ.get("CC", "gcc"))
JOBS = int(os.environ.get("JOBS", len(os.sched_getaffinity(0))))
FLAGS = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-O1", "-fPIC", "-w"]
SAMPLE = 36  # faults of the short run
MOST_MEMORY = 3 << 30


class Broken(Exception):
    """Not a result: this script, or the tree, needs repair."""


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Broken(" ".join(command) + "\n" + done.stdout)
    return done.stdout


class Killers:
    """The file `killers`."""

    def __init__(self, path):
        self.variants, self.programs, self.killers = {}, {}, {}
        self.core = {}  # flags of the core alone
        self.only = re.compile(".*")
        for line in open(path, encoding="utf-8"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "variant":
                at = (words + ["--"]).index("--")
                self.variants[words[1]] = words[2:at]
                self.core[words[1]] = words[at + 1:]
            elif words[0] == "program":
                self.programs[words[1]] = (words[2], words[3:])
            else:
                keys = dict(w.split("=", 1) for w in words[4:])
                self.killers[words[1]] = (words[2], words[3], keys)

    def variant_of(self, killer):
        return self.programs[self.killers[killer][0]][0]

    def tried_on(self, fault):
        """Killers for it, the likeliest first."""
        kind = "orders" if fault.is_order() else "others"
        own = "check_" + fault.file.split(".")[0]
        names = [k for k, v in self.killers.items()
                 if v[1] in (kind, "all") and self.only.fullmatch(k)]
        return sorted(names, key=lambda name: name != own)


class Build:
    """Objects of the sources as they are, and shared objects with a fault."""

    def __init__(self, killers):
        self.killers = killers
        self.cores = sorted(f for f in os.listdir(CORE) if f.endswith(".c"))
        self.lock = threading.Lock()
        self.locks = {}
        os.makedirs(WORK + "/include", exist_ok=True)
        self.libs = output(["pkg-config", "--libs", "check"]).split()
        self.cflags = output(["pkg-config", "--cflags", "check"]).split()
        self.version()
        self.newest = max(
            os.path.getmtime(os.path.join(where, file))
            for top in ("lib/core", "include", "tests")
            for where, _, files in os.walk(top)
            for file in files if file.endswith((".c", ".h")))

    @staticmethod
    def version():
        text = open("configure.ac", encoding="utf-8").read()
        part = [re.search(r"m4_define\(\[ivrq_%s\], \[(\d+)\]" % p, text)[1]
                for p in ("major", "minor", "micro")]
        made = open("include/ivrq-version.h.in", encoding="utf-8").read()
        for name, value in zip(("MAJOR", "MINOR", "MICRO"), part):
            made = made.replace("@IVRQ_VERSION_%s@" % name, value)
        made = made.replace("@PACKAGE_VERSION@", ".".join(part))
        with open(WORK + "/include/ivrq-version.h", "w",
                  encoding="utf-8") as f:
            f.write(made)

    def fresh(self, path):
        """Is it there, and newer than all it is made of?"""
        return os.path.exists(path) and os.path.getmtime(path) > self.newest

    def once(self, key):
        with self.lock:
            return self.locks.setdefault(key, threading.Lock())

    def command(self, variant, lib, core=False):
        """Compile; `lib` is looked at before the tree's."""
        flags = ["-I" + lib] if lib else []
        if core:
            flags += self.killers.core[variant]
        return CC + FLAGS + self.killers.variants[variant] + flags + [
            "-Iinclude", "-I%s/include" % WORK, "-Ilib", "-Itests",
            "-I" + HERE] + self.cflags

    def core(self, variant):
        """The core without a fault; answers its directory."""
        to = "%s/%s" % (WORK, variant)
        with self.once(to):
            if self.fresh(to + "/libcore.so"):
                return to
            os.makedirs(to, exist_ok=True)
            for file in self.cores:
                output(self.command(variant, None, True) + [
                    "-c", CORE + "/" + file, "-o", "%s/%s.o" % (to, file)])
            self.link(variant, to, ["%s/%s.o" % (to, f) for f in self.cores])
        return to

    def link(self, variant, to, objects):
        flags = [f for f in self.killers.variants[variant]
                 if f.startswith("-fsanitize")]
        output(CC + ["-shared", "-o", to + "/libcore.so.new"] + flags +
               ["-Wl,-soname,libcore.so"] + objects + ["-lpthread"])
        os.rename(to + "/libcore.so.new", to + "/libcore.so")

    def program(self, name, lib=None, to=None):
        """A program; with `lib`, from the headers there."""
        variant, sources = self.killers.programs[name]
        core = self.core(variant)
        path = "%s/%s" % (to or core, name)
        with self.once(path):
            if not self.fresh(path):
                output(self.command(variant, lib) + ["-o", path + ".new"] +
                       sources + ["-Wl,--export-dynamic",
                                  core + "/libcore.so"] + self.libs +
                       ["-lpthread"])
                os.rename(path + ".new", path)
        return path

    def plant(self, fault, source, to):
        """Write the faulty file; answers the copy's lib directory."""
        lib = to + "/lib"
        os.makedirs(lib + "/core", exist_ok=True)
        with open("%s/core/%s" % (lib, fault.file), "w",
                  encoding="utf-8") as f:
            f.write(faults.planted(fault, source))
        return lib

    def faulty(self, fault, variant, lib, to):
        """The core with the fault, in to/<variant>."""
        core = self.core(variant)
        into = "%s/%s" % (to, variant)
        os.makedirs(into, exist_ok=True)
        if os.path.exists(into + "/libcore.so"):
            return into
        objects = []
        for file in self.cores:
            if fault.file == file:
                text = "%s/core/%s" % (lib, file)
            elif fault.file.endswith(".h"):
                text = CORE + "/" + file
            else:
                objects.append("%s/%s.o" % (core, file))
                continue
            objects.append("%s/%s.o" % (into, file))
            output(self.command(variant, lib, True) +
                   ["-c", text, "-o", objects[-1]])
        self.link(variant, into, objects)
        return into


class Runner:
    def __init__(self, killers, build):
        self.killers, self.build = killers, build
        self.limits = {}
        self.lock = threading.Lock()

    def start(self, killer, program, core, only, cpu, wall, log):
        name, _, keys = self.killers.killers[killer]
        env = dict(os.environ, LD_LIBRARY_PATH=core, CK_FORK="no",
                   CK_DEFAULT_TIMEOUT="600",
                   TSAN_OPTIONS="halt_on_error=1:exitcode=66")
        env.update((k, v) for k, v in keys.items() if k.isupper())
        command = [os.path.abspath(program)]
        if only and keys.get("only") == "case":
            env["CK_RUN_CASE"] = only
        elif only and keys.get("only") == "argument":
            command.append(only)
        memory = "" if "thread" in self.killers.variant_of(killer) else \
            "ulimit -v %d; " % (MOST_MEMORY >> 10)
        shell = "ulimit -c 0; ulimit -t %d; %s exec \"$@\"" % (
            cpu, memory)
        with open(log, "w+", encoding="utf-8", errors="replace") as f:
            child = subprocess.Popen(
                ["sh", "-c", shell, "sh"] + command, stdout=f,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env,
                start_new_session=True)
            try:
                status = child.wait(wall)
            except subprocess.TimeoutExpired:
                child.terminate()  # Check sees to its own children
                time.sleep(1)
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                status = "timeout"
            f.seek(max(0, f.seek(0, 2) - 200000))
            text = f.read()
        if status in (126, 127) or "symbol lookup error" in text:
            raise Broken("%s: %s" % (killer, text[-2000:]))
        return status, text

    def limit(self, killer, only):
        """Seconds of processor and of the clock, from a run that passes."""
        with self.lock:
            if (killer, only) in self.limits:
                return self.limits[killer, only]
            return self.limits.get((killer, None), (20, 120))

    def without_fault(self, killer, only):
        """It has to pass; and how long does that take?"""
        program = self.build.program(self.killers.killers[killer][0])
        core = self.build.core(self.killers.variant_of(killer))
        log = "%s/%s.log" % (core, killer)
        before = time.monotonic()
        status, text = self.start(killer, program, core, only, 300, 600,
                                  log + "." + re.sub(r"\W", "_", only or ""))
        taken = time.monotonic() - before
        if status:
            raise Broken("%s %s fails without a fault: %s\n%s" %
                         (killer, only or "", status, text[-3000:]))
        with self.lock:
            self.limits[killer, only] = (int(3 + 4 * taken),
                                         int(15 + 8 * taken))
        return taken, killer

    def kills(self, fault, killer, only, lib, to):
        """None, or what killed it: the part of the program."""
        name, _, keys = self.killers.killers[killer]
        variant = self.killers.variant_of(killer)
        into = self.build.faulty(fault, variant, lib, to)
        if fault.file.endswith(".h"):
            program = self.build.program(name, lib, into)
        else:
            program = self.build.program(name)
        cpu, wall = self.limit(killer, only)
        status, text = self.start(killer, program, into, only, cpu, wall,
                                  into + "/log")
        if not status:
            return None
        if status == "timeout" or status in (-signal.SIGXCPU, -signal.SIGKILL):
            how = "does not end"
        elif isinstance(status, int) and status < 0:
            how = signal.Signals(-status).name
        else:
            how = "fails"
        return part(text, keys.get("only")), how


def part(text, only):
    """Which case of Check, or which scenario, was it?"""
    if only == "case":
        match = re.search(r"^[^ :]+:\d+:[FE]:([^:]+):([^:]+):", text, re.M)
        return (match[1], match[2]) if match else (None, None)
    if only == "argument":
        match = re.findall(r"^(.*?) +(?:\S+|\d+ stale, -?\d+ preempted:)"
                           r" +\d+ states .*FAULT$", text, re.M)
        return (match[-1].strip() if match else None, None)
    return None, None


def read_known(path):
    """id -> (killer, only, test)"""
    known = {}
    if os.path.exists(path):
        for line in open(path, encoding="utf-8"):
            if line.strip() and not line.startswith("#"):
                words = (line.rstrip("\n").split("\t") + ["", ""])[:4]
                known[words[0]] = (words[1], words[2] or None,
                                   words[3] or None)
    return known


def write_known(path, known, listed):
    with open(path, "w", encoding="utf-8") as f:
        f.write("# Which test kills which fault; written by "
                "`mutants.py run learn`.\n"
                "# id, killer, the part of it that is run, the test\n")
        for fault in listed:
            if fault.id in known:
                f.write("\t".join([fault.id] + [w or "" for w in
                                                known[fault.id]]).rstrip() +
                        "\n")


def stamp(fault, sources):
    """Says what the line was. Blanks and comments do not count."""
    line = sources[fault.file].text.split("\n")[fault.line - 1]
    line = re.sub(r"/\*.*", "", line)
    return "%08x" % zlib.crc32("".join(line.split()).encode())


def read_equivalent(path):
    """id -> stamp. An argument, then the ids, one in a line, each with its
    stamp."""
    found = {}
    for line in open(path, encoding="utf-8"):
        if line.startswith("\t"):
            words = line.split()
            found[words[0]] = (words + [""])[1]
    return found


def write_stamps(path, listed, sources):
    stamps = {f.id: stamp(f, sources) for f in listed}
    lines = open(path, encoding="utf-8").readlines()
    with open(path, "w", encoding="utf-8") as f:
        for line in lines:
            words = line.split()
            if line.startswith("\t") and words[0] in stamps:
                line = "\t%s %s\n" % (words[0], stamps[words[0]])
            f.write(line)


def read_open(path):
    """The patterns of the faults that wait for a killer."""
    return [re.compile(line.split()[0])
            for line in open(path, encoding="utf-8")
            if line.strip() and line[0] not in "#\t"]


class Run:
    def __init__(self, killers, build, sources, known, learn):
        self.learn = learn  # all faults, if it is to be written down
        self.killers, self.sources, self.known = killers, sources, known
        self.build = build
        self.runner = Runner(killers, build)
        self.learned, self.survived, self.broken = {}, [], []
        self.lock = threading.Lock()
        self.done = 0

    def one(self, fault, short):
        to = "%s/fault.%d" % (WORK, threading.get_ident())
        known = self.known.get(fault.id)
        tries = [known] if known else []
        if not (short and known):
            tries += [(k, None, None) for k in self.killers.tried_on(fault)
                      if not (known and known[0] == k and not known[1])]
        try:
            lib = self.build.plant(fault, self.sources[fault.file], to)
            for killer, only, _ in tries:
                killed = self.runner.kills(fault, killer, only, lib, to)
                if killed:
                    (found, test), how = killed
                    return killer, found or only, test, how
            return None
        finally:
            subprocess.run(["rm", "-rf", to], check=True)

    def report(self, fault, future, count):
        self.done += 1
        try:
            killed = future.result()
        except Broken as e:
            self.broken.append(fault.id)
            print("BROKEN %s: %s" % (fault.id, e), flush=True)
            return
        if killed:
            known = self.known.get(fault.id)
            if not known or known[:2] != killed[:2]:
                print("killed %s by %s" % (fault.id, " ".join(
                    w for w in killed if w)), flush=True)
            self.learned[fault.id] = killed[:3]
        else:
            self.survived.append(fault.id)
            print("SURVIVED %s line %d: %s" % (fault.id, fault.line,
                                               fault.text), flush=True)
        if self.done % 100 == 0:
            print("%d of %d" % (self.done, count), flush=True)
        if self.done % 10 == 0:
            self.save()

    def save(self):
        """What is known now, if that is wanted."""
        if self.learn:
            self.known.update(self.learned)
            write_known(HERE + "/killed-by", self.known, self.learn)

    def prepare(self, listed, short, pool):
        """Every killer that may be asked passes without a fault."""
        wanted = set()
        for fault in listed:
            known = self.known.get(fault.id)
            if known and short:
                wanted.add(known[:2])
            if not known or not short:
                wanted.update((k, None) for k in
                              self.killers.tried_on(fault))
        for variant in sorted({self.killers.variant_of(k)
                               for k, _ in wanted}):
            self.build.core(variant)
        todo = [pool.submit(self.runner.without_fault, *w)
                for w in sorted(wanted, key=str)]
        for one in todo:
            if os.environ.get("MUTANTS_TIMES"):
                print("%6.1f s %s" % one.result())
            one.result()
        return len(wanted)

    def all(self, listed, short):
        with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
            count = self.prepare(listed, short, pool)
            print("%d killers pass without a fault" % count, flush=True)
            futures = {pool.submit(self.one, f, short): f for f in listed}
            for future in concurrent.futures.as_completed(futures):
                self.report(futures[future], future, len(listed))


def sample(listed, known):
    """Some of each kind: every so many-th, none with a slow killer."""
    fast = [f for f in listed if f.id in known and
            not known[f.id][0].startswith("stress")]
    fast.sort(key=lambda f: (f.kind, f.id))
    step = max(1, len(fast) // SAMPLE)
    return fast[::step]


def main():
    words = sys.argv[1:] or ["run"]
    if not os.path.isdir(CORE):
        raise SystemExit("run it from the top of the source tree")
    listed, sources, stale = faults.make(CORE, HERE + "/logic")
    flags = {w for w in words[1:] if w in ("short", "learn", "again", "new")
             or w.startswith("with=")}
    patterns = [re.compile(w) for w in words[1:] if w not in flags]
    every = listed
    listed = [f for f in listed
              if all(p.search(f.id) for p in patterns)]
    if words[0] == "list":
        for fault in listed:
            print("%s\tline %d\t%s" % (fault.id, fault.line, fault.text))
        return 0
    if words[0] == "show":
        for fault in listed:
            source = sources[fault.file]
            print("%s line %d\n-%s\n+%s" % (
                fault.id, fault.line, source.text[fault.start:fault.end],
                fault.new))
        return 0
    if words[0] == "stamp":
        write_stamps(HERE + "/equivalent", every, sources)
        return 0
    known = read_known(HERE + "/killed-by")
    equivalent = read_equivalent(HERE + "/equivalent")
    ids = {f.id for f in every}
    stale += [i + ": there is no such fault any more"
              for i in list(known) + list(equivalent) if i not in ids]
    stale += [f.id + ": its line is not the one that `equivalent` is about"
              for f in every if f.id in equivalent and
              equivalent[f.id] != stamp(f, sources)]
    if "learn" in flags:
        stale = [i for i in stale if i.startswith("logic")]
    for i in stale:
        print("STALE " + i)
    if "again" in flags:
        known = {i: k for i, k in known.items()
                 if i not in {f.id for f in listed}}
    same = [f for f in listed if f.id in equivalent]
    listed = [f for f in listed if f.id not in equivalent]
    waiting = [] if patterns else [
        f for f in listed if f.id not in known and
        any(p.search(f.id) for p in read_open(HERE + "/open"))]
    listed = [f for f in listed if f not in waiting]
    if "short" in flags:
        listed = sample(listed, known)
    if "new" in flags:
        listed = [f for f in listed if f.id not in known]
    killers = Killers(HERE + "/killers")
    for word in flags:
        if word.startswith("with="):
            killers.only = re.compile(word[5:])
    run = Run(killers, Build(killers), sources, known,
              every if "learn" in flags else None)
    run.all(listed, "short" in flags)
    run.save()
    bad = len(run.broken) + len(stale)
    print("mutants: planted=%d killed=%d survived=%d equivalent=%d open=%d%s" % (
        len(listed), len(run.learned), len(run.survived), len(same),
        len(waiting), " broken=%d" % bad if bad else ""))
    return 1 if run.survived or bad else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as e:
        sys.exit("mutants: " + str(e))
