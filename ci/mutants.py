"""The work of ci/mutants; see there."""

import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

SEED = 20261129
# So many of each module; what there are more mutants of has more.
SAMPLE = {"sync": 40, "crm": 25, "shop": 35, "client": 10, "soap": 12}
# A test that hangs is noticed too: so long it may take beside twenty times what it takes without a mutant.
PATIENCE = 60
# A mutant that allocates for ever ends by itself.
MEMORY_MAX = 12 << 30
# Who is asked, in this order. The score counts the first two; the suites below `tests` are asked about survivors only, and
# what they notice is told apart.
JUDGES = ["lib", "scenarios"]
SUITES = ["shop", "sync", "command"]
# Tests that run in one process; the first that fails ends the trial of a mutant.
CHUNK = 12

WORK = Path("target/mutants").resolve()
TREE = WORK / "tree"
RESULTS = WORK / "results.jsonl"
AGAIN = WORK / "again.jsonl"

# What is added to the library: whether a mutant is turned on, and which ones are come by.
SWITCH = """
#[doc(hidden)]
pub mod mutant_switch {
    use std::io::Write as _;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};

    static WANTED: OnceLock<Option<usize>> = OnceLock::new();
    static REACHED: [AtomicBool; COUNT] = [const { AtomicBool::new(false) }; COUNT];

    pub fn on(number: usize) -> bool {
        let wanted = *WANTED.get_or_init(|| std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()));
        if wanted.is_none() && !REACHED[number].swap(true, Ordering::Relaxed) {
            if let Some(path) = std::env::var_os("MUTANTS_REACHED") {
                let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
                let _ = file.and_then(|mut file| writeln!(file, "{number}"));
            }
        }
        wanted == Some(number)
    }
}
"""


def listed():
    command = ["cargo", "mutants", "--list", "--json"]
    for module in SAMPLE:
        command += ["-f", f"src/{module}/**"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def head():
    return subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


def offset(text, place):
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: place["line"] - 1])) + place["column"] - 1


def with_text(mutant):
    """The mutant with the text around it, so that it is found again when its file has changed elsewhere."""
    text = Path(mutant["file"]).read_text()
    start, end = (offset(text, mutant["span"][at]) for at in ("start", "end"))
    if mutant["function"]:
        around = [offset(text, mutant["function"]["span"][at]) for at in ("start", "end")]
    else:
        around = [text.rfind("\n", 0, start) + 1, text.find("\n", end)]
    keep = {key: mutant[key] for key in ("name", "file", "genre", "replacement")}
    return keep | {
        "is_function": bool(mutant["function"]),
        "text": text[around[0] : around[1]],
        # Of several functions with the same text.
        "nth": text.count(text[around[0] : around[1]], 0, around[0]),
        "from": start - around[0],
        "to": end - around[0],
    }


def sample():
    """Writes the sample: the same for the same sources."""
    mutants = sorted(listed(), key=lambda mutant: mutant["name"])
    drawn = []
    for module, count in sorted(SAMPLE.items()):
        of_module = [mutant for mutant in mutants if mutant["file"].startswith(f"src/{module}/")]
        drawn += random.Random(f"{SEED} {module}").sample(of_module, min(count, len(of_module)))
    # So that whoever stops early has tried some of each.
    random.Random(SEED).shuffle(drawn)
    WORK.mkdir(parents=True, exist_ok=True)
    drawn = {"commit": head(), "mutants": [with_text(mutant) for mutant in drawn]}
    (WORK / "sample.json").write_text(json.dumps(drawn, indent=1))
    print(f"{len(drawn['mutants'])} of {len(mutants)} mutants, drawn at {drawn['commit'][:12]}")
    return drawn


def results(path):
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


# --- the tree

def git(*arguments, **options):
    subprocess.run(["git", *arguments], check=True, **options)


def fresh_tree(commit):
    """A copy of a commit with a target folder of its own, kept from run to run."""
    if not TREE.exists():
        git("worktree", "add", "--quiet", "--detach", str(TREE), commit)
    git("checkout", "--quiet", "--force", "--detach", commit, cwd=TREE)


def place_of(mutant, text):
    """Where the text around a mutant begins in a file, None when it is not there any more."""
    at = -len(mutant["text"])
    for _ in range(mutant["nth"] + 1):
        at = text.find(mutant["text"], at + len(mutant["text"]))
        if at < 0:
            return None
    return at


def mutated(mutant):
    """The text around a mutant, with it."""
    text = mutant["text"]
    return text[: mutant["from"]] + mutant["replacement"] + text[mutant["to"] :]


def body(function):
    """A function's text in two: up to its body, and the body without braces."""
    signature = re.match(r"(?:\s*(?://[^\n]*\n|#\[[^\n]*\]\n))*", function).end()
    opening = function.index("{", signature)
    return function[:opening], function[opening + 1 : function.rindex("}")]


def woven(numbered):
    """A function with a switch for each of its mutants."""
    text = numbered[0][1]["text"]
    start, original = body(text)
    branches = "".join(
        f"if crate::mutant_switch::on({number}) {{\n{body(mutated(mutant))[1]}\n}} else " for number, mutant in numbered
    )
    return f"{start}{{\n{branches}{{\n{original}\n}}\n}}"


def weave(mutants, left_out):
    """Writes the tree's sources with all mutants but those left out."""
    git("checkout", "--quiet", "--force", ".", cwd=TREE)
    functions = defaultdict(lambda: defaultdict(list))
    for number, mutant in enumerate(mutants):
        if number not in left_out:
            at = place_of(mutant, (TREE / mutant["file"]).read_text())
            functions[mutant["file"]][at, len(mutant["text"])].append((number, mutant))
    for file, places in functions.items():
        source = (TREE / file).read_text()
        # From the end to the beginning, so that places stay where they are.
        begins = len(source)
        for (at, length), numbered in sorted(places.items(), reverse=True):
            if at + length > begins:
                # A function that holds another one.
                left_out.update(number for number, _ in numbered)
                continue
            source = source[:at] + woven(numbered) + source[at + length :]
            begins = at
        (TREE / file).write_text(source)
    lib = TREE / "src/lib.rs"
    lib.write_text(lib.read_text() + SWITCH.replace("COUNT", str(len(mutants))))


def cargo(*arguments):
    """Runs cargo in the tree; returns whether it went well and its messages."""
    linker = ["mold", "-run"] if shutil.which("mold") else []
    environment = os.environ | {"CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_TARGET_DIR": "target"}
    done = subprocess.run(
        [*linker, "cargo", *arguments, "--message-format=json"], cwd=TREE, env=environment, capture_output=True, text=True
    )
    (WORK / "cargo.log").write_text(done.stderr)
    return done.returncode == 0, [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def switches_at(file, first, last):
    """Numbers of the mutants whose branch in a woven file is among these lines."""
    at, found = None, set()
    for number, line in enumerate((TREE / file).read_text().splitlines(), 1):
        begins = re.search(r"mutant_switch::on\((\d+)\)", line)
        if begins:
            at = int(begins.group(1))
        elif line == "} else {":
            at = None
        if first <= number <= last and at is not None:
            found.add(at)
    return found


def weave_all(mutants, left_out, suites):
    """Weaves what compiles and builds it; what does not compile is left out for builds of its own."""
    while True:
        weave(mutants, left_out)
        programs, messages = build(suites)
        if programs:
            return programs
        bad = set()
        for message in (m["message"] for m in messages if m.get("reason") == "compiler-message"):
            if message["level"] == "error":
                for span in message["spans"]:
                    bad |= switches_at(span["file_name"], span["line_start"], span["line_end"])
        if not bad - left_out:
            sys.exit("the switches do not compile: see target/mutants/cargo.log")
        print(f"not behind a switch: {', '.join(mutants[number]['name'] for number in sorted(bad))}", flush=True)
        left_out |= bad


def build(suites):
    """The test programs by their names, and the messages; None when they or the program itself do not build."""
    went_well, messages = cargo("test", "--lib", *(f"--test={suite}" for suite in suites), "--no-run")
    tests = [m for m in messages if m.get("executable") and m["profile"]["test"]]
    programs = {"lib" if m["target"]["kind"] == ["lib"] else m["target"]["name"]: m["executable"] for m in tests}
    if not went_well or len(programs) != 1 + len(suites) or not cargo("build", "--bin", "mockgento")[0]:
        return None, messages
    return programs, messages


# --- the tests

def limits():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ended(command, seconds, **environment):
    """How a command ended: its exit code, None when it did not end in time."""
    process = subprocess.Popen(
        command, cwd=TREE, env=os.environ | {"CI": "true"} | environment, preexec_fn=limits, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return None


def tests(programs):
    """Everything that may notice a mutant: (who, the words that run it alone)."""
    names = []
    for who, program in programs.items():
        words = [program, "--list", "--format", "terse"]
        listing = subprocess.run(words, check=True, capture_output=True, text=True, cwd=TREE).stdout
        names += [(who, line.removesuffix(": test")) for line in listing.splitlines() if line.endswith(": test")]
    files = sorted(path.relative_to(TREE) for path in (TREE / "scenarios").rglob("*.yaml"))
    files = [str(path) for path in files if "mockgento.yaml" not in path.name and not {"seeds", "fragments"} & set(path.parts)]
    return names + [("scenarios", file) for file in files]


def command(programs, who, names):
    return ["target/debug/mockgento", "run", *names] if who == "scenarios" else [programs[who], "--exact", *names]


def reach(programs):
    """Which test reaches which mutants and how long it takes: [(who, name, seconds, numbers)]."""
    reached = []
    path = WORK / "reached.txt"
    for who, name in tests(programs):
        path.unlink(missing_ok=True)
        began = time.monotonic()
        code = ended(command(programs, who, [name]), 600, MUTANTS_REACHED=str(path))
        if code != 0:
            # A file that is no scenario, or a test that cannot run alone.
            print(f"left out, it ends with {code} without a mutant: {name}", flush=True)
            continue
        numbers = {int(line) for line in path.read_text().split()} if path.exists() else set()
        reached.append((who, name, time.monotonic() - began, numbers))
    return reached


def verdict(programs, reached, number):
    """Who notices a mutant, None when nobody does; `number` is None for one that is not behind a switch."""
    for who in JUDGES + [suite for suite in SUITES if suite in programs]:
        those = [test for test in reached if test[0] == who and (number is None or number in test[3])]
        those.sort(key=lambda test: test[2])
        for at in range(0, len(those), CHUNK):
            chunk = those[at : at + CHUNK]
            seconds = PATIENCE + 20 * sum(test[2] for test in chunk)
            environment = {} if number is None else {"MUTANT": str(number)}
            if ended(command(programs, who, [test[1] for test in chunk]), seconds, **environment) != 0:
                return who
    return None


def try_all(mutants, commit, into, suites=()):
    """Tries mutants in a copy of a commit and writes a line for each."""
    fresh_tree(commit)
    found, gone = [], []
    for mutant in mutants:
        path = TREE / mutant["file"]
        there = path.exists() and place_of(mutant, path.read_text()) is not None
        (found if there else gone).append(mutant)

    def told(mutant, who):
        with into.open("a") as file:
            file.write(json.dumps({"name": mutant["name"], "noticed_by": who, "commit": commit}) + "\n")
        print(f"{who or 'NOT NOTICED'}: {mutant['name']}", flush=True)

    for mutant in gone:
        told(mutant, "changed")
    left_out = {number for number, mutant in enumerate(found) if not mutant["is_function"]}
    programs = weave_all(found, left_out, suites)
    reached = reach(programs)
    print(f"{len(reached)} tests and scenarios, {sum(test[2] for test in reached):.0f} s one by one", flush=True)
    for number, mutant in enumerate(found):
        if number not in left_out:
            told(mutant, verdict(programs, reached, number))
    for number in sorted(left_out):
        git("checkout", "--quiet", "--force", ".", cwd=TREE)
        mutant = found[number]
        path = TREE / mutant["file"]
        source = path.read_text()
        at = place_of(mutant, source)
        path.write_text(source[:at] + mutated(mutant) + source[at + len(mutant["text"]) :])
        programs, _ = build(suites)
        told(mutant, verdict(programs, reached, None) if programs else "unbuildable")


def drawn():
    path = WORK / "sample.json"
    return json.loads(path.read_text()) if path.exists() else sample()


def run(shard):
    at, of = (int(part) for part in shard.split("/"))
    if os.environ.get("FRESH"):
        RESULTS.unlink(missing_ok=True)
        AGAIN.unlink(missing_ok=True)
    taken = drawn()
    done = {result["name"] for result in results(RESULTS)}
    left = [mutant for mutant in taken["mutants"][at::of] if mutant["name"] not in done]
    if left:
        try_all(left, taken["commit"], RESULTS)
    score()


def again():
    survived = {result["name"] for result in results(RESULTS) if not result["noticed_by"]}
    AGAIN.unlink(missing_ok=True)
    try_all([mutant for mutant in drawn()["mutants"] if mutant["name"] in survived], head(), AGAIN, SUITES)
    score()


def score():
    tried = [result for result in results(RESULTS) if result["noticed_by"] != "unbuildable"]
    noticed = [result for result in tried if result["noticed_by"]]
    print(f"{len(noticed)} of {len(tried)} mutants that build were noticed ({percent(noticed, tried)})")
    later = {result["name"]: result for result in results(AGAIN)}
    for result in tried:
        if not result["noticed_by"]:
            print(f"  not noticed: {result['name']}{said_again(later.get(result['name']))}")
    if later:
        caught = [result for result in later.values() if result["noticed_by"] in JUDGES]
        elsewhere = [result for result in later.values() if result["noticed_by"] in SUITES]
        # A rule that was written anew is another rule: it is neither for nor against.
        those = [result for result in tried if (later.get(result["name"]) or {}).get("noticed_by") != "changed"]
        both = len(noticed) + len(caught)
        print(f"{both} of {len(those)} with the tests that came since ({percent(range(both), those)})")
        both += len(elsewhere)
        print(f"{both} of {len(those)} with the suites below tests ({percent(range(both), those)})")


def said_again(result):
    if result is None:
        return ""
    by = result["noticed_by"]
    return "; nor since" if by is None else "; its rule was written anew" if by == "changed" else f"; now by {by}"


def percent(part, whole):
    return f"{100 * len(part) / len(whole):.1f} %" if whole else "none"


def main():
    command, rest = (sys.argv[1] if len(sys.argv) > 1 else "run"), sys.argv[2:]
    if shutil.which("cargo-mutants") is None:
        sys.exit("cargo-mutants is missing: cargo install cargo-mutants --locked")
    if command == "sample":
        sample()
    elif command == "run":
        run(rest[0] if rest else "0/1")
    elif command == "again":
        again()
    elif command == "score":
        score()
    else:
        sys.exit("ci/mutants sample | run [SHARD/SHARDS] | again | score")


if __name__ == "__main__":
    main()
