"""The work of ci/mutants; see there."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

SEED = 20261129
# So many of each module; what there are more mutants of has more.
SAMPLE = {"sync": 40, "crm": 25, "shop": 35, "client": 10, "soap": 12}
# A test that hangs is noticed too.
LIB_SECONDS, SCENARIO_SECONDS, BUILD_SECONDS = 300, 600, 1800

WORK = Path("target/mutants").resolve()
TREE = WORK / "tree"
RESULTS = WORK / "results.jsonl"


def listed():
    command = ["cargo", "mutants", "--list", "--json"]
    for module in SAMPLE:
        command += ["-f", f"src/{module}/**"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


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
    (WORK / "sample.json").write_text(json.dumps(drawn, indent=1))
    print(f"{len(drawn)} of {len(mutants)} mutants")
    return drawn


def results():
    if not RESULTS.exists():
        return []
    return [json.loads(line) for line in RESULTS.read_text().splitlines()]


def ended(command, seconds):
    """How a command ended: its exit code, None when it did not."""
    try:
        done = subprocess.run(command, cwd=TREE, timeout=seconds, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return done.returncode
    except subprocess.TimeoutExpired:
        return None


def fresh_tree():
    """A copy of HEAD with a target folder of its own, kept from run to run."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    if not TREE.exists():
        subprocess.run(["git", "worktree", "add", "--detach", str(TREE), head], check=True)
    else:
        subprocess.run(["git", "checkout", "--quiet", "--force", "--detach", head], cwd=TREE, check=True)


def verdict():
    """What notices the mutant that stands in the tree: (who, or None)."""
    if ended(["cargo", "test", "--quiet", "--lib", "--no-run"], BUILD_SECONDS) != 0:
        return "unbuildable"
    if ended(["cargo", "test", "--quiet", "--lib"], LIB_SECONDS) != 0:
        return "lib"
    if ended(["cargo", "build", "--quiet", "--bin", "mockgento"], BUILD_SECONDS) != 0:
        return "unbuildable"
    if ended(["target/debug/mockgento", "run", "scenarios"], SCENARIO_SECONDS) != 0:
        return "scenarios"
    return None


def run(shard):
    at, of = (int(part) for part in shard.split("/"))
    if os.environ.get("FRESH"):
        RESULTS.unlink(missing_ok=True)
    path = WORK / "sample.json"
    drawn = json.loads(path.read_text()) if path.exists() else sample()
    done = {result["name"] for result in results()}
    fresh_tree()
    if verdict() is not None:
        sys.exit("the tests or the scenarios fail without any mutant; mend that first")
    for mutant in drawn[at::of]:
        if mutant["name"] in done:
            continue
        subprocess.run(["git", "apply", "--whitespace=nowarn", "-p0", "-"], input=patch(mutant), cwd=TREE, text=True, check=True)
        result = {"name": mutant["name"], "noticed_by": verdict()}
        subprocess.run(["git", "checkout", "--quiet", "--force", "."], cwd=TREE, check=True)
        with RESULTS.open("a") as file:
            file.write(json.dumps(result) + "\n")
        print(f"{result['noticed_by'] or 'NOT NOTICED'}: {result['name']}", flush=True)
    score()


def patch(mutant):
    """The tool's difference, its second head made a path."""
    lines = mutant["diff"].splitlines(keepends=True)
    return "".join([f"--- {mutant['file']}\n", f"+++ {mutant['file']}\n", *lines[2:]])


def score():
    tried = [result for result in results() if result["noticed_by"] != "unbuildable"]
    noticed = [result for result in tried if result["noticed_by"]]
    print(f"{len(noticed)} of {len(tried)} mutants that build were noticed")
    for result in tried:
        if not result["noticed_by"]:
            print(f"  not noticed: {result['name']}")


def main():
    command, rest = (sys.argv[1] if len(sys.argv) > 1 else "run"), sys.argv[2:]
    if shutil.which("cargo-mutants") is None:
        sys.exit("cargo-mutants is missing: cargo install cargo-mutants --locked")
    if command == "sample":
        sample()
    elif command == "run":
        run(rest[0] if rest else "0/1")
    elif command == "score":
        score()
    else:
        sys.exit("ci/mutants sample | run [SHARD/SHARDS] | score")


if __name__ == "__main__":
    main()
