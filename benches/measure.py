"""What the benchmarks have in common: the program, stores made by it, and one process measured.

Everything lies below target/benches; stores are made once. Times are wall and CPU seconds of the whole process, memory
is its largest resident set. Where two programs are compared they take turns, so that both meet the same machine.
"""
import dataclasses
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "benches"
PLAIN = [sys.executable, str(ROOT / "benches" / "plain_exporter.py")]
AS_OF = "2026-11-23T12:00:00Z"


def art20():
    """The optimised program; ART20_BIN names one that is built already."""
    if built := os.environ.get("ART20_BIN"):
        return built
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    # A copy, as an installed program is one: a file that a linker wrote piece by piece starts a millisecond later.
    WORK.mkdir(parents=True, exist_ok=True)
    return shutil.copy(ROOT / "target" / "release" / "art20", WORK / "art20")


def stores(program, subjects, messages):
    """A folder with synthetic stores, in the page cache."""
    folder = WORK / f"stores-{subjects}-{messages}"
    if not (folder / "art20.toml").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        size = ["--subjects", str(subjects), "--messages", str(messages), "--seed", "1"]
        subprocess.run([program, "demo", str(folder), *size], check=True, stderr=subprocess.DEVNULL)
    for store in folder.glob("*.db"):
        with open(store, "rb", buffering=0) as file:
            while file.read(1 << 24):
                pass
    return folder


def megabytes(folder):
    return sum(store.stat().st_size for store in folder.glob("*.db")) / 1e6


def requests(path, numbers):
    """A file with a request of each of these subjects."""
    with open(path, "w", encoding="utf-8") as file:
        print("reference,email,identity_check,received", file=file)
        for number in numbers:
            row = f"R-{number},subject-{number:06}@example.org,account-login,2026-11-{number % 28 + 1:02}"
            print(row, file=file)
    return path


def fresh(name):
    """An empty folder for output."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def one_export(program, folder, output, more=()):
    """The command that exports the first subject."""
    request = ["-s", "email:subject-000001@example.org", "--identity-check", "account-login", "--reference", "R-1"]
    fixed = ["--as-of", AS_OF, "-q", "-c", str(folder / "art20.toml"), "-o", str(output / "R-1.zip")]
    return [program, "export", *request, *fixed, *more]


@dataclasses.dataclass
class Run:
    seconds: float
    cpu: float
    mib: float


# A child begins with the memory of its parent, so the parent of what is measured is as small as Python can be.
STARTER = """
import os, sys, time
begin = time.perf_counter()
nothing = os.open(os.devnull, os.O_WRONLY)
actions = [(os.POSIX_SPAWN_DUP2, nothing, 1)]
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, used = os.wait4(process, 0)
seconds = time.perf_counter() - begin
print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def run(command):
    """Runs a process to its end."""
    starter = [sys.executable, "-S", "-E", "-c", STARTER, *command]
    ended = subprocess.run(starter, stdout=subprocess.PIPE, text=True)
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)}: failed")
    return Run(*map(float, ended.stdout.split()))


def median(runs):
    """The run in the middle, each figure for itself."""
    fields = [field.name for field in dataclasses.fields(Run)]
    return Run(*(statistics.median(getattr(one, name) for one in runs) for name in fields))


def table(headings, rows):
    """Prints a table in Markdown."""
    print("| " + " | ".join(headings) + " |")
    print("|" + "---|" * len(headings))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)
