#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a Dockerfile says, for image-test.sh.
  dockerfile.py FILE get STAGE INSTRUCTION   the arguments of each of them, NUL behind each
  dockerfile.py FILE lint                    hadolint's rules that can apply here; 1 when one is broken
"""
import json
import re
import sys


def stages(text):
    """[(stage name, base, [(instruction, arguments, line)])] in order."""
    found, pending, start = [], "", 0
    ignored = set()
    for number, line in enumerate(text.splitlines(), 1):
        if not pending and re.match(r"\s*(#|$)", line):
            rules = re.match(r"# hadolint ignore=(\S+)", line)
            ignored = set(rules.group(1).split(",")) if rules else ignored
            continue
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1]  # joined without a newline, as the builder does
            continue
        instruction, arguments = re.match(r"\s*(\w+)\s+(.*)", pending + line, re.S).groups()
        if instruction.upper() == "FROM":
            base, *name = re.split(r"\s+AS\s+", arguments, flags=re.I)
            found.append((name[0] if name else "", base, []))
        else:
            found[-1][2].append((instruction.upper(), arguments, start, ignored))
        pending, start, ignored = "", 0, set()
    return found


def broken(all_stages):
    """Rules of hadolint that are broken, as "line rule what"."""
    names = {name for name, _, _ in all_stages}
    for name, base, steps in all_stages:
        if base not in names and not re.search(r":[^:/]+$", base):
            yield f"{name}: DL3006 pin the version of {base}"
        if base.endswith(":latest"):
            yield f"{name}: DL3007 latest is no version"
        users = [arguments for step, arguments, _, _ in steps if step == "USER"]
        if users and re.match(r"(root|0)\b", users[-1]):
            yield f"{name}: DL3002 the last user is root"
        pipefail = any(step == "SHELL" and "pipefail" in a for step, a, _, _ in steps)
        workdir = any(step == "WORKDIR" for step, _, _, _ in steps)
        before = ""
        for step, arguments, line, ignored in steps:
            rules = {
                "DL3000": step == "WORKDIR" and not arguments.startswith("/"),
                "DL3004": step == "RUN" and re.search(r"\bsudo\b", arguments),
                "DL3008": step == "RUN" and "apt-get install" in arguments
                and not re.search(r"install[^&;]*=\S", arguments),
                "DL3009": step == "RUN" and "apt-get update" in arguments
                and "rm -rf /var/lib/apt/lists/*" not in arguments,
                "DL3014": step == "RUN" and re.search(r"apt-get install(?!.* -y)", arguments),
                "DL3015": step == "RUN" and re.search(r"apt-get install(?!.*--no-install-recommends)", arguments),
                "DL3020": step == "ADD",
                "DL3025": step in ("CMD", "ENTRYPOINT") and not is_json(arguments),
                "DL3045": step == "COPY" and not workdir and not arguments.split()[-1].startswith("/"),
                "DL3046": step == "RUN" and re.search(r"useradd(?!.*(-l|--no-log-init))", arguments),
                "DL3059": step == "RUN" and before == "RUN",
                "DL4000": step == "MAINTAINER",
                "DL4006": step == "RUN" and "|" in re.sub(r"\|\||'[^']*'", "", arguments) and not pipefail,
            }
            for rule, hit in rules.items():
                if hit and rule not in ignored:
                    yield f"line {line}: {rule} {step} {arguments[:60]!r}"
            before = step
        for step in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            if sum(s == step for s, _, _, _ in steps) > 1:
                yield f"{name}: DL4003, DL4004 or DL3012: several {step}"


def is_json(text):
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        found = stages(file.read())
    if sys.argv[2] == "lint":
        wrong = list(broken(found))
        print("\n".join(wrong), end="\n" if wrong else "")
        sys.exit(1 if wrong else 0)
    for name, _, steps in found:
        if name == sys.argv[3]:
            for step, arguments, _, _ in steps:
                if step == sys.argv[4]:
                    sys.stdout.write(arguments + "\0")


main()
